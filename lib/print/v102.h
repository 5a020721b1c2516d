// Messages in the form in which the control plane of 2012 (v1.02) printed them on its console, for
// scripts that read that.
#pragma once

#include "message/dissection.h"

#include <string>

namespace lisp {

// A title, a line of 26 "=", the octets in hexadecimal (the "raw package", which may be left out),
// one field a line and a line of 26 "=".
//
// Map-Register, Map-Reply and Map-Request, alone or encapsulated, have the fields, names, misspelt
// ones too, tabulators and signed one-bit numbers of the original. It had no form for other
// messages: they show type, nonce, authentication and records in the style of its Map-Register, or
// the octets alone. A fault is a line "error" before the last.
void append_v102(Text &out, const Dissection &found, bool raw = true);

} // namespace lisp
