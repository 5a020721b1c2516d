// One line of a configuration file, read word by word. Every mistake on it becomes a diagnostic and
// reading goes on, so that one pass tells them all.
#pragma once

#include "address/eid_prefix.h"
#include "config/lexer.h"

#include <optional>

namespace lisp {

// A name=value word that a kind of line may end with. `set` says whether the value is legal.
template <class Target> struct Option {
	std::string_view name;
	std::string_view expected; // completes "expected ..."
	bool (*set)(Target &target, std::string_view value);
	bool repeatable = false;
};

class Line {
public:
	Line(const Lexer &lexer, Diagnostics &found) : lexer_(lexer), found_(found) {}

	bool ok() const { return ok_; } // no error so far
	bool more() const { return next_ < lexer_.words().size(); }
	Word peek() const { return more() ? lexer_.words()[next_] : Word{{}, lexer_.end_column()}; }
	std::uint32_t line() const { return lexer_.line(); }
	Position at(const Word &word) const { return {lexer_.line(), word.column}; }

	// The next word. At the end of the line it is empty, and the first time that is an error:
	// "the line ends, expected ...".
	Word word(std::string_view expected);

	// A number of at most `max`; `what` as in "300 is no priority". nullopt after an error.
	std::optional<std::uint64_t> number(std::string_view what, std::uint64_t max);
	IpAddress address(std::string_view what); // AFI 0 after an error

	// "ADDR/LEN", or ADDR and LEN as two words where `separate`; an address alone is a host where
	// not. Host bits are a warning. nullopt after an error.
	std::optional<EidPrefix> prefix(bool separate);

	// A word for people, without control characters.
	std::string text(std::string_view expected);

	// The words up to the end of the line.
	template <class Target, std::size_t N>
	void options(const Option<Target> (&known)[N], Target &target) {
		static_assert(N <= 64);
		std::uint64_t seen = 0;
		while (more()) {
			const auto word = lexer_.words()[next_++];
			std::size_t i = 0;
			while (i < N && !is_option(word.text, known[i].name)) ++i;
			if (i == N) {
				std::string names;
				for (const auto &option : known) names.append(" ").append(option.name).append("=");
				unknown_option(word, names);
				continue;
			}
			if ((seen >> i & 1) != 0 && !known[i].repeatable) given_twice(word, known[i].name);
			seen |= std::uint64_t{1} << i;
			const auto value = word.text.substr(known[i].name.size() + 1);
			if (!known[i].set(target, value)) bad_value(word, known[i].name, known[i].expected);
		}
	}
	void end(); // no words are left, else an error

	void error(const Word &word, std::string text);
	void warning(const Word &word, std::string text) { found_.warning(at(word), std::move(text)); }

	static bool is_option(std::string_view word, std::string_view name) {
		return word.size() > name.size() && word[name.size()] == '=' && word.starts_with(name);
	}

private:
	void bad_number(const Word &found, std::string_view what, std::uint64_t max);
	void unknown_option(const Word &word, const std::string &known);
	void given_twice(const Word &word, std::string_view name);
	void bad_value(const Word &word, std::string_view name, std::string_view expected);

	const Lexer &lexer_;
	Diagnostics &found_;
	std::size_t next_ = 0;
	bool ok_ = true;
	bool ended_ = false; // the missing word has been told
};

// What options are made of.
template <class Number>
bool set_number(Number &number, std::string_view value, std::uint64_t max, std::uint64_t min = 0) {
	const auto parsed = parse_number(value, max);
	if (!parsed || *parsed < min) return false;
	number = static_cast<Number>(*parsed);
	return true;
}
bool set_yes_no(bool &flag, std::string_view value);
bool is_plain(std::string_view text); // something, and no control characters

// An address or a domain name, with or without a port: "ms.example.net", "192.0.2.1:14342",
// "[2001:db8::1]:14342".
struct Host {
	std::string name; // an address in its canonical form, a name in lower case
	bool is_v6 = false;
	std::optional<std::uint16_t> port;
};
std::optional<Host> parse_host(std::string_view text);
std::string to_string(const Host &host);

inline constexpr std::string_view host_expected = "an address or a domain name";
std::string not_a_host(std::string_view text); // what to say of what parse_host() refuses

} // namespace lisp
