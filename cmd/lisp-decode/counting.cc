#include "lisp-decode/counting.h"

namespace lisp {

namespace {

class CountLines {
public:
	explicit CountLines(Text &out) : out_(out) {}

	void open(std::string_view) {}
	void close() {}
	void number(std::string_view key, std::uint64_t value) {
		out_ += key;
		out_ += ' ';
		append_number(out_, value);
		out_ += '\n';
	}

private:
	Text &out_;
};

} // namespace

template <class Sink> void Counting::write(Sink sink) const {
	const auto write_some = [&](std::string_view key, std::uint64_t value) {
		if (value > 0) sink.number(key, value);
	};
	sink.open({});
	for (std::size_t i = 0; i < messages_.size(); ++i) write_some(type_names[i], messages_[i]);
	std::apply(
	    [&](const auto &...field) { (write_some(field.key, input_.*field.projection), ...); },
	    fields<CaptureCounters>);
	sink.close();
}

void Counting::finish(Text &out) {
	if (format_ != Format::json) return write(CountLines{out});
	write(JsonSink{out});
	out += '\n';
}

} // namespace lisp
