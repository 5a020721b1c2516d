#include "message/shared_extension.h"

namespace lisp {

void read(Reader &in, SharedExtension &message) {
	message.sub_type = in.u16("sub-type") & max_sub_type;
	message.data = in.rest();
}

void write(Writer &out, const SharedExtension &message) {
	if (message.sub_type > max_sub_type) out.fail("sub-type");
	out.u16(0xf000U | message.sub_type, "sub-type");
	out.bytes(message.data, "extension data");
}

} // namespace lisp
