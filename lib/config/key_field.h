// The key of a line, and the words that say how it is used; the same in every file with keys.
#pragma once

#include "auth/hmac.h"
#include "config/line.h"

namespace lisp {

// The next word, which is a key whatever it looks like.
template <class Target, std::size_t N>
void read_secret(Line &line, const Option<Target> (&options)[N], std::string &secret) {
	const auto where = line.peek();
	secret = line.text("a key");
	for (const auto &option : options)
		if (Line::is_option(where.text, option.name))
			line.warning(where, "this word is taken as the key, though it looks like an option");
}

// The same where a key file may be named in its place: the word is then absent, or "-". The secret
// is empty without one.
template <class Target, std::size_t N>
Word read_key(Line &line, const Option<Target> (&options)[N], std::string &secret) {
	const auto where = line.peek();
	if (!Line::is_option(where.text, "key-file")) read_secret(line, options, secret);
	return where;
}

// After the options: either a key or a key file.
void check_key(Line &line, const Word &where, std::string &secret, const std::string &key_file);

inline constexpr std::string_view algorithm_expected = "sha1, sha256 or hkdf";
inline constexpr std::string_view key_id_expected = "0 to 255";

bool set_algorithm(Algorithm &algorithm, std::string_view value); // none is refused
bool set_path(std::string &path, std::string_view value);

} // namespace lisp
