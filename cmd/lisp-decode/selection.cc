#include "lisp-decode/selection.h"

#include "common/cli.h"

#include <fmt/format.h>

#include <algorithm>

namespace lisp {

namespace {

std::vector<std::string_view> split_types(std::string_view list) {
	std::vector<std::string_view> types;
	while (!list.empty()) {
		const auto name = list.substr(0, list.find(','));
		const auto known = std::find(type_names.begin(), type_names.end(), name);
		if (known == type_names.end())
			throw UsageError{
			    fmt::format("type '{}' is none of {}", name, fmt::join(type_names, ", "))};
		types.push_back(*known);
		list.remove_prefix(std::min(list.size(), name.size() + 1));
	}
	return types;
}

} // namespace

Selection::Selection(const Options &options)
    : types_(split_types(options.types)), criteria_(options) {}

bool Selection::wants_type(std::string_view type) const {
	return types_.empty() || std::find(types_.begin(), types_.end(), type) != types_.end();
}

bool Selection::wants(const Dissection &found) const {
	return wants_type(found.type) && (criteria_.empty() || criteria_.match(found));
}

} // namespace lisp
