// See messages.hpp.
#include "compiler/lsp/messages.hpp"

#include <fmt/format.h>

#include <charconv>

namespace nnc::lsp {
namespace {

constexpr std::size_t kLongestHeader = 8192;
constexpr std::size_t kLargestMessage = std::size_t{512} << 20;

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// The length that the header fields give; empty if none or a wrong one does.
std::optional<std::size_t> content_length(std::string_view header) {
  std::optional<std::size_t> length;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find('\n'), header.size());
    const std::string_view line = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !same_name(trim(line.substr(0, colon)), "Content-Length"))
      continue;
    const std::string_view digits = trim(line.substr(colon + 1));
    std::size_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
    length = value;
  }
  return length;
}

}  // namespace

std::optional<std::string> Framer::fail(std::string why) {
  broken_ = std::move(why);
  buffer_.clear();
  return std::nullopt;
}

std::optional<std::string> Framer::next() {
  if (!broken_.empty()) return std::nullopt;
  // No further: a large body is looked at again with each piece that comes.
  const std::string_view head = std::string_view(buffer_).substr(0, kLongestHeader + 4);
  std::size_t gap = 4;
  std::size_t end = head.find("\r\n\r\n");
  if (const std::size_t plain = head.find("\n\n"); plain < end) {
    end = plain;
    gap = 2;
  }
  if (end == std::string_view::npos) {
    return buffer_.size() > kLongestHeader ? fail("a header of a message does not end") : std::nullopt;
  }
  const std::optional<std::size_t> length = content_length(head.substr(0, end));
  if (!length) return fail("a message without a Content-Length that is a number");
  if (*length > kLargestMessage) return fail(fmt::format("a message of {} bytes", *length));
  if (buffer_.size() < end + gap + *length) return std::nullopt;
  std::string body = buffer_.substr(end + gap, *length);
  buffer_.erase(0, end + gap + *length);
  return body;
}

// Where all four digits behind `\\u` are hexadecimal: their number, else -1.
static int escaped_unit(std::string_view text, std::size_t at) {
  int unit = 0;
  if (text.substr(at, 2) != "\\u" || at + 6 > text.size()) return -1;
  const auto read = std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  return read.ec == std::errc() && read.ptr == text.data() + at + 6 ? unit : -1;
}

static std::string without_half_pairs(std::string text) {
  const auto is_first = [](int unit) { return unit >= 0xD800 && unit < 0xDC00; };
  const auto is_second = [](int unit) { return unit >= 0xDC00 && unit < 0xE000; };
  for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const int unit = escaped_unit(text, at);
    const bool pair = is_first(unit) && is_second(escaped_unit(text, at + 6));
    if (!pair && (is_first(unit) || is_second(unit))) text.replace(at + 2, 4, "FFFD");
    at += pair ? 12 : (unit >= 0 ? 6 : 2);
  }
  return text;
}

Json read_message(const std::string& text) {
  Json message = Json::parse(text, nullptr, false);
  return message.is_discarded() ? Json::parse(without_half_pairs(text), nullptr, false) : message;
}

std::string frame(const Json& message) {
  const std::string body = message.dump(-1, ' ', false, Json::error_handler_t::replace);
  return fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

const Json* find(const Json& object, std::initializer_list<const char*> keys) {
  const Json* at = &object;
  for (const char* key : keys) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(key);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

std::string string_at(const Json& object, std::initializer_list<const char*> keys) {
  const Json* value = find(object, keys);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::optional<std::int64_t> int_at(const Json& object, std::initializer_list<const char*> keys) {
  const Json* value = find(object, keys);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  return value->get<std::int64_t>();
}

bool bool_at(const Json& object, std::initializer_list<const char*> keys) {
  const Json* value = find(object, keys);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

}  // namespace nnc::lsp
