// The words of the language as the editors' grammars list them, by the name that a template calls them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace nnc::editors {

// The classes of grammar/keywords.def by their own names, and
//   Starts      what ends every open block when it begins a line: declarations but `let`, which is also a
//   statement Operators   the signs of grammar/operators.def, the longer before the shorter Functions   the
//   language's own functions: compiler/sema/builtins.def Library     what the standard library declares
using WordLists = std::map<std::string, std::vector<std::string>>;
WordLists word_lists();

// A template with every `@List@` replaced by the words of that list:
//   @Type@          int|float|bool           alternatives of a regular expression
//   @Type:words@    int float bool
//   @Type:quoted@   "int" "float" "bool"
//   @Type:list@     "int", "float", "bool"
//   @Operators:json@ \\|\\>|\\=\\=   alternatives of signs, in a JSON string
//   @Operators:vim@  \|\>|\=\=       alternatives of signs, in Vim's very magic mode
// An unknown list or form is a mistake of the template: std::invalid_argument names it.
std::string fill_template(const std::string& text, const WordLists& lists);

}  // namespace nnc::editors
