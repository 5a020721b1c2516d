#include "print/metrics_sink.h"

namespace lisp {

void MetricsSink::number(std::string_view key, std::uint64_t value) {
	if (depth_ > 0) return;
	out_ += prefix_;
	out_ += '_';
	for (const char c : key) out_ += c == '-' ? '_' : c;
	out_ += ' ';
	append_number(out_, value);
	out_ += '\n';
}

} // namespace lisp
