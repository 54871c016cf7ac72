// The words of the language as the editors' grammars list them, by the name that a template calls them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace nnc::editors {

// The classes of grammar/keywords.def by their own names, and
//   Starts      declarations but `let`: they end every open block when they begin a line
//   Operators   the signs of grammar/operators.def, the longer before the shorter
//   Functions   those of compiler/sema/builtins.def that mean something only with arguments
//   Library     what the standard library declares, and the functions that serve as layers by their name
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
