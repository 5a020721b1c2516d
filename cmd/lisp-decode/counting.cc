#include "lisp-decode/counting.h"

namespace lisp {

void Counting::finish(std::string &out) {
	const bool is_json = format_ == Format::json;
	JsonSink json{out};
	if (is_json) json.open({});
	for (std::size_t i = 0; i < messages_.size(); ++i) {
		if (messages_[i] == 0) continue;
		if (is_json) {
			json.number(type_names[i], messages_[i]);
			continue;
		}
		out += type_names[i];
		out += ' ';
		append_number(out, messages_[i]);
		out += '\n';
	}
	if (!is_json) return;
	json.close();
	out += '\n';
}

} // namespace lisp
