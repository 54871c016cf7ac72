// What is probably meant when something else was expected: slips of the keyboard and habits of other
// languages.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/parse/syntax_errors.hpp"
#include "compiler/parse/tokens.hpp"

namespace nnc {

struct Mistake {
  std::string_view text;  // of the file
  Missing missing;
  Token before;
  Token found;
  Token first;  // of the statement, setting or declaration that the mistake is in
  bool in_call = false;
};

struct Edit {
  std::uint32_t begin;
  std::uint32_t end;
  std::string replacement;
};

struct Advice {
  std::string hint;
  std::optional<Edit> edit;  // where it is certain
};

// An empty hint if nothing comes to mind.
Advice advise(const Mistake& mistake);

}  // namespace nnc
