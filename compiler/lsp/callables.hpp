// What a call names and takes, found by its text: declarations, functions of the language and of reports.
#pragma once

#include <optional>
#include <string>

#include "compiler/lsp/analysis.hpp"
#include "compiler/lsp/cursor_context.hpp"

namespace nnc::lsp {

struct Callable {
  sema::Signature signature;
  std::string documentation;  // Markdown
};

std::optional<Callable> find_callable(const Analysis& analysis, const CursorContext& context,
                                      const OpenCall& call);

}  // namespace nnc::lsp
