// Completion behind a point and of results: baseline.test.accuracy, in.channels, the columns of tables.
#pragma once

#include "compiler/lsp/completion_items.hpp"

namespace nnc::lsp {

using Axes = std::vector<std::pair<std::string, sema::Type>>;

// Of the experiment of that name; none if there is none.
Axes axes_of(const Analysis& analysis, const std::string& experiment);

void complete_members(const Analysis& analysis, const CursorContext& context,
                      const ast::Declaration* declaration, CompletionItems& items);
// Results without their experiment, of those that the entry names.
void complete_columns(const Analysis& analysis, const CursorContext& context, CompletionItems& items);
// What may decide something in that experiment: valid.accuracy.
void complete_criteria(const Analysis& analysis, const ast::Declaration* experiment, CompletionItems& items);
// What may stop a training: only what is known after each epoch.
void complete_stopping(CompletionItems& items);

}  // namespace nnc::lsp
