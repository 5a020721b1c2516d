// Command lines. The one place that knows CLI11: commands describe their options here and never
// include it, which would cost each of them seconds to compile.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lisp {

class Cli {
public:
	Cli(std::string name, std::string description);
	~Cli();

	// `names` as in "-v,--verbose"; a word without dashes is positional. Defaults are what the
	// variables hold.
	void flag(const std::string &names, bool &value, const std::string &help);
	void count(const std::string &names, unsigned &value, const std::string &help);
	void option(const std::string &names, std::string &value, const std::string &help,
	    const std::string &metavar = "TEXT");
	void option(const std::string &names, std::vector<std::string> &values, const std::string &help,
	    const std::string &metavar = "TEXT");
	void option(const std::string &names, std::uint64_t &value, const std::string &help,
	    std::uint64_t max, const std::string &metavar = "N");
	void option(const std::string &names, double &value, const std::string &help,
	    const std::string &metavar = "S");
	void required(const std::string &names);
	// Extra lines at the end of --help.
	void footer(const std::string &text);

	// The status to exit with at once, if any: 0 after --help and --version, 2 after a usage error,
	// which has been reported.
	std::optional<int> parse(int argc, char **argv);

private:
	struct Impl;
	std::unique_ptr<Impl> impl_;
};

// Thrown where the command line is legal by form but makes no sense: "NAME: what", status 2.
struct UsageError {
	std::string what;
};

// Opens what is closed of standard input, output and error to /dev/null and runs the command; the
// one catch: says "NAME: what" on standard error and returns 1 (2 after a UsageError).
int guarded(const std::string &name, const std::function<int()> &run);

} // namespace lisp
