// Literals to values; std::from_chars does the numbers, independent of locale and correctly rounded.
#include "compiler/parse/text_values.hpp"

#include <fmt/format.h>

#include <charconv>

#include "compiler/base/utf8.hpp"

namespace nnc {
namespace {

std::string without_underscores(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != '_') digits += c;
  return digits;
}

std::string shortened(std::string_view text) {
  return text.size() <= 40 ? std::string(text) : fmt::format("{}...", text.substr(0, 37));
}

}  // namespace

std::int64_t read_integer(std::string_view text, const Span& span, Sink& sink) {
  const std::string digits = without_underscores(text);
  std::int64_t value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (result.ec == std::errc()) return value;
  sink.report(diagnostics::BadNumber, span, shortened(text), "the largest integer is 9223372036854775807");
  return 0;
}

double read_float(std::string_view text, const Span& span, Sink& sink) {
  const std::string digits = without_underscores(text);
  double value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (result.ec == std::errc()) return value;
  sink.report(diagnostics::BadNumber, span, shortened(text),
              "a float is 0 or has a size between 2.3e-308 and 1.7e+308");
  return 0;
}

std::vector<std::int64_t> read_dims(std::string_view text, const Span& span, Sink& sink) {
  std::vector<std::int64_t> sizes;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('x', begin), text.size());
    const Span part{span.file, span.begin + static_cast<std::uint32_t>(begin),
                    span.begin + static_cast<std::uint32_t>(end)};
    sizes.push_back(read_integer(text.substr(begin, end - begin), part, sink));
    begin = end + 1;
  }
  return sizes;
}

std::string read_string(std::string_view text, const Span& span, Sink& sink) {
  const std::string_view inner = text.substr(1, text.size() - 2);
  std::string value;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] != '\\') {
      value += inner[i];
      continue;
    }
    const char escaped = inner[++i];
    switch (escaped) {
      case 'n':
        value += '\n';
        break;
      case 't':
        value += '\t';
        break;
      case '"':
      case '\\':
      case '{':
        value += escaped;
        break;
      default: {
        const std::size_t length = character_end(inner, i) - i;
        const auto begin = span.begin + static_cast<std::uint32_t>(i);
        sink.report(diagnostics::BadEscape,
                    {span.file, begin, begin + 1 + static_cast<std::uint32_t>(length)},
                    std::string(inner.substr(i - 1, length + 1)))
            .hint("a string knows `\\\"`, `\\\\`, `\\n`, `\\t` and `\\{`");
        value += inner.substr(i - 1, length + 1);
        i += length - 1;
      }
    }
  }
  return value;
}

std::string read_prose(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    value += text[i];
    if (text[i] == '{' || text[i] == '}') ++i;
  }
  return value;
}

}  // namespace nnc
