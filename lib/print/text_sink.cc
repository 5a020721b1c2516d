#include "print/text_sink.h"

namespace lisp {

void TextSink::begin(std::string_view key) {
	out_.append(std::size_t{depth_} * 2, ' ');
	out_ += key.empty() ? lists_[depth_ % max_depth] : key;
}

void TextSink::open(std::string_view key) {
	begin(key);
	out_ += '\n';
	++depth_;
}

void TextSink::open_row() {
	begin({});
	out_ += ':';
	in_row_ = true;
	row_is_empty_ = true;
}

void TextSink::close_row() {
	out_ += '\n';
	in_row_ = false;
}

void TextSink::open_list(std::string_view key) {
	lists_[depth_ % max_depth] = key;
}

void TextSink::text(std::string_view key, std::string_view value) {
	if (in_row_) {
		out_ += row_is_empty_ ? " " : ", ";
		row_is_empty_ = false;
		out_ += key;
		out_ += ' ';
		out_ += value;
		return;
	}
	begin(key);
	out_ += " = ";
	out_ += value;
	out_ += '\n';
}

} // namespace lisp
