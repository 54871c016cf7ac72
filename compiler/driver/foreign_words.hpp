// Words of other programs that people try first, and what they are here.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nnc {

// A hint for a word that is no verb: the verb it means or is near to, or the one that another program's word
// is near to. "" if nothing is.
std::string meant_verb_hint(const std::string& word, const std::vector<std::string>& verbs);

// A hint for an option that the verb does not have. `arguments`: the command line, which has the value that
// goes with it. Nothing for options that no other program has.
std::optional<std::string> foreign_option_hint(const std::string& verb,
                                               const std::vector<std::string>& options_of_verb,
                                               const std::string& option,
                                               const std::vector<std::string>& arguments);

}  // namespace nnc
