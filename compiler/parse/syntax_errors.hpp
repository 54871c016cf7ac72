// Turns "this rule was expected here" into a diagnostic: what was expected, after what, what was found
// instead, and how it is written. Chooses between a syntax error, an unclosed bracket and an unclosed string.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/sink.hpp"
#include "compiler/parse/outline.hpp"
#include "compiler/parse/syntax_tree.hpp"
#include "grammar/expectation.hpp"

namespace nnc {

using Missing = grammar::missing;
using Expected = grammar::expectation;

inline constexpr int kMaxNesting = 256;

class SyntaxErrors {
 public:
  SyntaxErrors(std::string_view text, FileId file, const Outline& outline, Sink& sink)
      : text_(text), file_(file), outline_(&outline), sink_(&sink) {}

  // `begin`: where the innermost thing that recovery gives up begins. One place is reported once.
  void report(const Expected& expected, std::uint32_t position, const syntax::Tree& tree,
              std::uint32_t begin);
  void report_depth(std::uint32_t position, const syntax::Tree& tree);

  // Where the last mistake was noticed.
  [[nodiscard]] std::uint32_t position() const { return position_; }
  // So many mistakes that the rest is not worth reading.
  [[nodiscard]] bool enough() const { return count_ >= kMaxErrors; }

 private:
  static constexpr int kMaxErrors = 100;

  bool is_new(std::uint32_t position);
  bool report_unclosed_bracket(const Expected& expected, std::uint32_t found, const syntax::Tree& tree,
                               std::uint32_t begin);
  [[nodiscard]] bool is_closed_prose(const syntax::Node& prose) const;
  void report_unclosed_string(std::uint32_t position);
  void report_number(std::uint32_t position);
  void report_expected(const Expected& expected, std::uint32_t position, const syntax::Tree& tree,
                       std::uint32_t begin);
  [[nodiscard]] Span span(std::uint32_t begin, std::uint32_t end) const { return {file_, begin, end}; }

  std::string_view text_;
  FileId file_;
  const Outline* outline_;
  Sink* sink_;
  std::vector<std::uint32_t> reported_brackets_;
  std::uint32_t position_ = UINT32_MAX;
  std::uint32_t deep_declaration_ = UINT32_MAX;  // where the last one that nests too deeply begins
  int count_ = 0;
};

}  // namespace nnc
