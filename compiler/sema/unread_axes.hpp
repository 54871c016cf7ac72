// The axes of an experiment that make no difference: nothing reads them.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.hpp"

namespace nnc::sema {

using NameSet = std::set<std::string, std::less<>>;

bool reads_name(const ast::Expr& expr, std::string_view name);

// Where the axes are declared whose values no expression of the statements reads. An axis that only tells
// apart what others set, as one that is zipped with them, is not among them. Of settings that `replaced`
// names the values written in `train` do not count.
std::vector<const ast::Name*> unread_axes(const std::vector<const ast::ExperimentStatement*>& statements,
                                          const NameSet& replaced = {});

}  // namespace nnc::sema
