// The values that literals stand for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/sink.hpp"
#include "compiler/base/source.hpp"

namespace nnc {

// What does not fit is reported (E0105) and read as 0.
std::int64_t read_integer(std::string_view text, const Span& span, Sink& sink);
double read_float(std::string_view text, const Span& span, Sink& sink);
std::vector<std::int64_t> read_dims(std::string_view text, const Span& span, Sink& sink);

// The value of a string with its quotes; unknown escapes are reported (E0106) and kept as they are.
std::string read_string(std::string_view text, const Span& span, Sink& sink);
// A piece of prose between values: `{{` and `}}` are braces.
std::string read_prose(std::string_view text);

}  // namespace nnc
