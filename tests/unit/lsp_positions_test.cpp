// Places: what editors count and what texts are made of.
#include <catch2/catch.hpp>

#include "compiler/lsp/documents.hpp"

using namespace nnc::lsp;

namespace {

// "a", a tab, a CJK character (3 bytes, 1 unit), an emoji (4 bytes, 2 units), "z".
const std::string kMixed = "a\t\xE6\xBC\xA2\xF0\x9F\x98\x80z";

Position at(const PositionMap& map, std::uint32_t offset) { return map.position(offset); }

}  // namespace

TEST_CASE("characters are counted in UTF-16 units", "[lsp]") {
  const PositionMap map(kMixed, Encoding::Utf16);
  CHECK(at(map, 2).character == 2);
  CHECK(at(map, 5).character == 3);
  CHECK(at(map, 9).character == 5);
  CHECK(at(map, 10).character == 6);
  CHECK(map.offset({0, 3}) == 5);
  CHECK(map.offset({0, 5}) == 9);
}

TEST_CASE("a place inside of a character is its beginning", "[lsp]") {
  const PositionMap map(kMixed, Encoding::Utf16);
  CHECK(map.offset({0, 4}) == 5);
  CHECK(at(map, 7).character == 3);
  const PositionMap bytes(kMixed, Encoding::Utf8);
  CHECK(bytes.offset({0, 3}) == 2);
}

TEST_CASE("characters are bytes where both sides agreed on it", "[lsp]") {
  const PositionMap map(kMixed, Encoding::Utf8);
  CHECK(at(map, 9).character == 9);
  CHECK(map.offset({0, 9}) == 9);
}

TEST_CASE("lines end with any of the three line breaks, which are no part of them", "[lsp]") {
  const std::string text = "one\r\ntwo\rthree\n\nlast";
  const PositionMap map(text, Encoding::Utf16);
  CHECK(map.line_count() == 5);
  CHECK(map.offset({0, 99}) == 3);
  CHECK(map.offset({1, 0}) == 5);
  CHECK(map.offset({1, 99}) == 8);
  CHECK(map.offset({2, 2}) == 11);
  CHECK(map.offset({3, 5}) == 15);
  CHECK(map.offset({4, 99}) == text.size());
  CHECK(at(map, 4).character == 3);
}

TEST_CASE("places that no text has are moved into it", "[lsp]") {
  const PositionMap map("ab\n", Encoding::Utf16);
  CHECK(map.offset({-1, 0}) == 0);
  CHECK(map.offset({0, -5}) == 0);
  CHECK(map.offset({7, 0}) == 3);
  CHECK(at(map, 999).line == 1);
  const PositionMap empty("", Encoding::Utf16);
  CHECK(empty.offset({0, 0}) == 0);
  CHECK(at(empty, 0).line == 0);
}

TEST_CASE("every character of a text has a place that leads back to it", "[lsp]") {
  const std::string text = "x \xC3\xA4\r\n\t\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD\n\r\xE2\x82\xAC\n";
  for (const Encoding encoding : {Encoding::Utf8, Encoding::Utf16}) {
    const PositionMap map(text, encoding);
    for (std::uint32_t i = 0; i <= text.size(); ++i) {
      const bool inside = i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
      const bool in_break = i > 0 && i < text.size() && text[i - 1] == '\r' && text[i] == '\n';
      if (inside || in_break) continue;
      INFO(i);
      CHECK(map.offset(map.position(i)) == i);
    }
  }
}

TEST_CASE("names of files and their URIs lead to each other", "[lsp]") {
  CHECK(path_of_uri("file:///tmp/a%20b/%C3%A4.nn") == "/tmp/a b/\xC3\xA4.nn");
  CHECK(path_of_uri("file://localhost/tmp/x.nn") == "/tmp/x.nn");
  CHECK(path_of_uri("file:///tmp/../x%2.nn") == "/x%2.nn");
  CHECK(path_of_uri("untitled:Untitled-1") == "untitled:Untitled-1");
  for (const std::string path : {"/tmp/a b.nn", "/\xC3\xA4#?%.nn", "/plain/file.nn"})
    CHECK(path_of_uri(uri_of_path(path)) == path);
}

TEST_CASE("a place is carried over changes that do not touch it", "[lsp]") {
  std::uint32_t begin = 10;
  std::uint32_t end = 20;
  CHECK(carry_over({{0, 2, 5}, {40, 50, 0}}, begin, end));
  CHECK(begin == 13);
  CHECK(end == 23);
  CHECK_FALSE(carry_over({{15, 16, 1}}, begin, end));
}
