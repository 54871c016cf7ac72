// The lists that completion offers: collects items, each name once, the nearest first.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "compiler/lsp/analysis.hpp"
#include "compiler/lsp/cursor_context.hpp"
#include "compiler/lsp/session.hpp"

namespace nnc::lsp {

// How near an item is to what is being written; the first are shown first.
enum class Rank : std::uint8_t { Exact, Local, User, Library, Language, Word };

class CompletionItems {
 public:
  CompletionItems(const Analysis& analysis, std::string_view text, std::uint32_t position)
      : analysis_(analysis), text_(text), position_(position), around_(analysis.declaration_at(position)) {}

  void word(std::string_view word, std::string detail = "", Rank rank = Rank::Word);
  void words(const std::vector<std::string>& words, const std::string& detail, Rank rank = Rank::Exact);
  // A name and what is written behind it: "units" and ": ".
  void key(const std::string& name, const std::string& behind, std::string detail, std::string doc);

  // The declarations that fit where such a value is needed; Unknown fits everything.
  void declarations(const sema::Type& wanted);
  void builtins(const sema::Type& wanted);
  // What the body or experiment around the cursor has: parameters, lets, axes.
  void locals(const ast::Declaration* declaration, const CursorContext& context);
  void experiments();
  // Whatever may be a value of that type there.
  void values(const sema::Type& wanted, const ast::Declaration* declaration, const CursorContext& context);

  Json take() { return std::move(items_); }

 private:
  bool fits(const ast::Declaration& declaration, const sema::Type& wanted) const;
  void add(const std::string& label, int kind, std::string detail, std::string doc, Rank rank,
           const std::string& insert = "");

  const Analysis& analysis_;
  std::string_view text_;
  std::uint32_t position_;
  const ast::Declaration* around_;  // nothing refers to itself
  std::set<std::string> seen_;
  Json items_ = Json::array();
};

}  // namespace nnc::lsp
