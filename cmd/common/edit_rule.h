// Which edits of its configuration a running daemon takes by itself.
#pragma once

#include "config/mapserver_config.h"
#include "config/site_config.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace lisp {

// What has to be remembered of a configuration to judge the next one.
struct ConfigSummary {
	std::uint64_t digest = 0;        // of all that it says, wherever it says it; no cryptography
	std::vector<std::uint32_t> eids; // a hash of each, sorted
};
ConfigSummary summarize(const SiteConfig &config);
ConfigSummary summarize(const MapServerConfig &config);

class EditRule {
public:
	explicit EditRule(ConfigSummary in_force) : in_force_(std::move(in_force)) {}

	enum class Verdict : std::uint8_t {
		nothing,  // says what is in force, or what has been judged already
		taken,    // is in force now
		in_force, // says what is in force again, after edits that were not taken
		has_errors,
		drops_eids, // more than half of those in force: a mistake as likely as not
	};
	Verdict judge(ConfigSummary edit, const Diagnostics &found);

	// Somebody asked for this one.
	void take(ConfigSummary asked_for);

	// What is in force has been changed by other ways than a file.
	void forget_file() { is_of_file_ = false; }

	// Of the EIDs in force, those that the edit lacks.
	std::size_t missing_from(const ConfigSummary &edit) const;
	std::size_t eids() const { return in_force_.eids.size(); }

private:
	ConfigSummary in_force_;
	bool is_of_file_ = true;
	std::optional<std::uint64_t> refused_; // the last one
};

} // namespace lisp
