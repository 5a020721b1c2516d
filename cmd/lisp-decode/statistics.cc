#include "lisp-decode/statistics.h"

namespace lisp {

void Statistics::finish(Text &out) {
	auto report = statistics_.finish();
	report.time_form = options_.time;
	if (options_.format == Format::json) {
		JsonSink json{out};
		json.open({});
		describe_fields(json, report);
		describe(json, "input", input_);
		json.close();
		out += '\n';
	} else {
		TextSink text{out};
		describe_fields(text, report);
		describe(text, "input", input_);
	}
}

} // namespace lisp
