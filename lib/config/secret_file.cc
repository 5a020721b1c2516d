#include "config/secret_file.h"

namespace lisp {

void refuse_open_file(Diagnostics &found) {
	found.error({}, "holds keys and is open to group or others, expected mode 0600 "
	                "(--insecure-perms accepts it)");
}

std::optional<std::string> read_text_file(const std::string &path, Diagnostics &found) {
	auto file = read_file(path, found);
	if (!file) return std::nullopt;
	return std::move(file->text);
}

std::optional<std::string> read_secret_file(
    const std::string &path, bool insecure_perms, Diagnostics &found) {
	auto file = read_file(path, found);
	if (!file) return std::nullopt;
	if (file->open_to_others && !insecure_perms) {
		refuse_open_file(found);
		return std::nullopt;
	}
	return std::move(file->text);
}

} // namespace lisp
