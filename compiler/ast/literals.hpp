// How literals and operators are spelled in source text; shared by the printers of the tree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.hpp"

namespace nnc::ast {

// Reads back as a float: 1.0, 0.5, 1e-07.
std::string float_text(double value);
// In quotes, with escapes.
std::string quoted(std::string_view text);
// 3x3
std::string dims_text(const std::vector<std::int64_t>& sizes);
std::string_view operator_text(BinaryOp op);

}  // namespace nnc::ast
