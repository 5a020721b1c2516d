#include "config/key_field.h"

namespace lisp {

void check_key(Line &line, const Word &where, std::string &secret, const std::string &key_file) {
	const bool stands_for_file = secret == "-";
	if (stands_for_file) secret.clear();
	if (!secret.empty() && !key_file.empty())
		line.error(where, "a key and a key-file=, expected one of the two");
	else if (stands_for_file && key_file.empty())
		line.error(where, "- in place of a key, expected key-file=PATH after it");
}

bool set_algorithm(Algorithm &algorithm, std::string_view value) {
	const auto parsed = parse_algorithm(value);
	if (!parsed || *parsed == Algorithm::none) return false;
	algorithm = *parsed;
	return true;
}

bool set_path(std::string &path, std::string_view value) {
	path = value;
	return is_plain(value);
}

} // namespace lisp
