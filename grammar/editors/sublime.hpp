// The TextMate grammar as a grammar of Sublime Text, which bat reads too.
#pragma once

#include <string>

namespace nnc::editors {

// Both describe a text by regular expressions; where TextMate has rules with a begin and an end, Sublime Text
// has contexts that are pushed and popped. The text of a .tmLanguage.json becomes that of a .sublime-syntax.
std::string sublime_syntax(const std::string& textmate_json);

}  // namespace nnc::editors
