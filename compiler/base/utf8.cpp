// See utf8.hpp.
#include "compiler/base/utf8.hpp"

namespace nnc {

std::size_t character_begin(std::string_view text, std::size_t at) {
  while (at > 0 && continues_character(text[at])) --at;
  return at;
}

std::size_t character_end(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && continues_character(text[at])) ++at;
  return at;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  return std::string(text.substr(0, character_begin(text, most))) + "...";
}

std::string one_line(std::string_view text, std::size_t most) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (blank && (line.empty() || line.back() == ' ')) continue;
    line += blank ? ' ' : c;
    // Another character would be left out, a blank might be the last.
    if (line.size() > most + 1) break;
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return shortened(line, most);
}

}  // namespace nnc
