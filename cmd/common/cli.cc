#include "common/cli.h"

#include "address/ip_address.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <string_view>
#include <unistd.h>

namespace lisp {

namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

[[noreturn]] void refuse(
    const std::string &option, const std::string &value, const std::string &why) {
	throw CLI::ValidationError(option, fmt::format("'{}' is not {}", value, why));
}

// "-r,--read" is spoken of as --read.
std::string last_name(const std::string &names) {
	const auto comma = names.rfind(',');
	return comma == std::string::npos ? names : names.substr(comma + 1);
}

// CLI11 says "-f: 1 required FILE missing" and "json was given a disallowed flag override".
std::string in_words(const CLI::ArgumentMismatch &mismatch) {
	const std::string_view text = mismatch.what();
	std::string option{text.substr(0, text.find_first_of(": "))};
	if (text.find("flag override") == std::string_view::npos) return option + " needs a value";
	if (option.front() != '-') option.insert(0, option.size() == 1 ? "-" : "--");
	return option + " takes no value";
}

// Whatever is opened while one of these is closed would get its number, and the next line for
// standard error.
void occupy_standard_descriptors() {
	int descriptor = 0;
	while (descriptor >= 0 && descriptor <= STDERR_FILENO) descriptor = open("/dev/null", O_RDWR);
	if (descriptor > STDERR_FILENO) close(descriptor);
}

void report(const std::string &name, const std::string &what) {
	fmt::print(stderr, "{}: {}\ntry '{} --help'\n", name, what, name);
}

} // namespace

struct Cli::Impl {
	Impl(const std::string &name, const std::string &description) : app(description, name) {
		app.set_version_flag("--version", name + " " LISP_VERSION, "print the version and exit");
		// take_leftovers() complains about them, ahead of what is missing.
		app.allow_extras();
	}

	using Take = std::function<void(const CLI::results_t &)>;
	CLI::Option *add(
	    const std::string &names, const std::string &help, const std::string &metavar, Take take) {
		auto *option = app.add_option(names, [take = std::move(take)](const CLI::results_t &words) {
			take(words);
			return true;
		});
		option->description(help)->type_name(metavar)->type_size(1);
		options[names] = option;
		return option;
	}
	CLI::Option *add_single(const std::string &names, const std::string &help,
	    const std::string &metavar, std::function<void(const std::string &)> take) {
		auto *option = add(names, help, metavar,
		    [take = std::move(take)](const CLI::results_t &words) { take(words.back()); });
		option->expected(1)->take_last();
		return option;
	}

	// Gives the words that CLI11 left over to the positional that takes many; the first that is
	// nobody's is complained about.
	std::optional<std::string> take_leftovers() {
		bool options_end = false;
		for (const auto &word : app.remaining()) {
			if (word == "--" && !options_end) {
				options_end = true;
				continue;
			}
			const bool dashed = !options_end && word.size() > 1 && word.front() == '-';
			if (dashed) return fmt::format("unknown option '{}'", word);
			if (many == nullptr) return fmt::format("unexpected argument '{}'", word);
			many->push_back(word);
		}
		return std::nullopt;
	}

	CLI::App app;
	std::vector<std::string> *many = nullptr;
	std::map<std::string, CLI::Option *> options;
};

Cli::Cli(std::string name, std::string description)
    : impl_(std::make_unique<Impl>(name, description)) {}

Cli::~Cli() = default;

void Cli::flag(const std::string &names, bool &value, const std::string &help) {
	impl_->options[names] = impl_->app.add_flag(names, value, help)->disable_flag_override();
}

void Cli::count(const std::string &names, unsigned &value, const std::string &help) {
	const auto take = [&value](std::int64_t times) { value = static_cast<unsigned>(times); };
	impl_->options[names] =
	    impl_->app.add_flag_function(names, take, help)->disable_flag_override();
}

void Cli::option(const std::string &names, std::string &value, const std::string &help,
    const std::string &metavar) {
	auto *option = impl_->add_single(
	    names, help, metavar, [&value](const std::string &word) { value = word; });
	if (!value.empty()) option->default_str(value);
}

void Cli::option(const std::string &names, std::vector<std::string> &values,
    const std::string &help, const std::string &metavar) {
	const auto take = [&values](const CLI::results_t &words) { values = words; };
	auto *option = impl_->add(names, help, metavar, take);
	// One value an occurrence; also keeps CLI11 from taking "[::1]" for a list. A positional then
	// gets one in all.
	option->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args(false)->take_all();
	if (names.front() != '-') impl_->many = &values;
}

void Cli::option(const std::string &names, std::uint64_t &value, const std::string &help,
    std::uint64_t max, const std::string &metavar) {
	auto *option =
	    impl_->add_single(names, help, metavar, [&value, names, max](const std::string &word) {
		    const auto number = parse_number(word, max);
		    if (!number) refuse(last_name(names), word, fmt::format("a number from 0 to {}", max));
		    value = *number;
	    });
	option->default_str(std::to_string(value));
}

void Cli::option(
    const std::string &names, double &value, const std::string &help, const std::string &metavar) {
	auto *option =
	    impl_->add_single(names, help, metavar, [&value, names](const std::string &word) {
		    char *end = nullptr;
		    const double number = std::strtod(word.c_str(), &end);
		    if (word.empty() || *end != '\0' || !std::isfinite(number) || number < 0)
			    refuse(last_name(names), word, "a number of at least 0");
		    value = number;
	    });
	option->default_str(fmt::format("{:.3g}", value));
}

void Cli::required(const std::string &names) {
	impl_->options.at(names)->required();
}

void Cli::footer(const std::string &text) {
	impl_->app.footer(text);
}

std::optional<int> Cli::parse(int argc, char **argv) {
	const auto name = impl_->app.get_name();
	std::string wrong;
	try {
		impl_->app.parse(argc, argv);
	} catch (const CLI::Success &information) { // --help, --version
		return impl_->app.exit(information);
	} catch (const CLI::RequiredError &missing) {
		wrong = missing.what();
	} catch (const CLI::ArgumentMismatch &mismatch) {
		report(name, in_words(mismatch));
		return wrong_usage;
	} catch (const CLI::ParseError &error) {
		report(name, error.what());
		return wrong_usage;
	}
	if (const auto word = impl_->take_leftovers()) wrong = *word;
	if (wrong.empty()) return std::nullopt;
	report(name, wrong);
	return wrong_usage;
}

int guarded(const std::string &name, const std::function<int()> &run) {
	occupy_standard_descriptors();
	try {
		return run();
	} catch (const UsageError &wrong) {
		report(name, wrong.what);
		return wrong_usage;
	} catch (const std::exception &error) {
		fmt::print(stderr, "{}: {}\n", name, error.what());
		return failed;
	}
}

} // namespace lisp
