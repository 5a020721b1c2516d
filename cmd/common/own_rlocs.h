// The RLOCs that the configuration says are this host's own: which of them really are.
#pragma once

#include "common/log.h"
#include "config/site_config.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace lisp {

class OwnRlocs {
public:
	// `can_bind`: whether an address is this host's now; nothing where that cannot be told.
	using CanBind = std::function<std::optional<bool>(const IpAddress &)>;
	OwnRlocs(Log &log, CanBind can_bind);

	// Looks at those of another configuration, the first or the next. What was lost stays lost.
	void configure(const SiteConfig &config);

	// Sections of the configuration that have changed: looks at what is new in them.
	void change_eids(const SiteConfig &sections);

	// Looks at all of them again. What is new is logged: that one is lost, that it is back, and
	// that one never was this host's.
	void look() { look(Which::all); }

	// Those that were this host's and are no longer, in ascending order.
	std::vector<IpAddress> lost() const;

private:
	enum class State : std::uint8_t { unknown, never, present, lost };
	enum class Which : std::uint8_t { all, new_ones };
	void look(Which which);
	State look_at(const IpAddress &rloc, State before) const;

	Log &log_;
	CanBind can_bind_;
	std::map<IpAddress, State> states_; // of the configured ones
	std::set<IpAddress> once_own_;      // of others, those that this host has had
};

} // namespace lisp
