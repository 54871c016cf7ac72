// The tables of what other libraries call things name only what exists.
#include <cctype>
#include <set>

#include "compiler/sema/foreign_words.hpp"
#include "compiler/sema/signatures.hpp"
#include "tests/unit/sema_support.hpp"

namespace nnc {
namespace {

using namespace test;

bool exists(const Checked& checked, const std::string& name) {
  return checked.program.library_names.contains(name) || find_builtin(name) != nullptr;
}

// The names that a hint calls, or quotes as they are.
std::vector<std::string> names_in(std::string_view hint) {
  std::vector<std::string> names;
  std::string word;
  bool quoted = false;
  for (std::size_t i = 0; i < hint.size(); ++i) {
    const char letter = hint[i];
    if (letter == '`') {
      const bool alone = quoted && !word.empty() && hint[i - word.size() - 1] == '`';
      if (alone) names.push_back(word);
      quoted = !quoted;
      word.clear();
    } else if (std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_') {
      word += letter;
    } else {
      if (quoted && letter == '(' && !word.empty()) names.push_back(word);
      word.clear();
    }
  }
  return names;
}

}  // namespace

TEST_CASE("what foreign names are answered with exists", "[sema]") {
  const auto checked = check("let nothing = 1");
  for (const sema::ForeignWord& foreign : sema::foreign_names()) {
    INFO(foreign.name);
    CHECK(sema::without_case(foreign.name) == foreign.name);
    CHECK(foreign.ours.empty() != foreign.hint.empty());
    if (!foreign.ours.empty()) CHECK(exists(*checked, std::string(foreign.ours)));
    for (const std::string& name : names_in(foreign.hint)) {
      INFO(name);
      CHECK((exists(*checked, name) || name == "sample"));
    }
  }
}

TEST_CASE("what foreign arguments are answered with is a parameter of the library", "[sema]") {
  const auto checked = check("let nothing = 1");
  std::set<std::string> parameters;
  for (const auto& [name, declaration] : checked->program.library_names) {
    const auto* function = std::get_if<ast::FunctionDecl>(&declaration->node);
    if (function == nullptr) continue;
    for (const ast::Parameter& parameter : function->parameters) parameters.insert(parameter.name.text);
  }
  for (const BuiltinInfo& builtin : all_builtins()) {
    for (const sema::SignatureParameter& parameter : sema::builtin_signature(builtin).parameters)
      parameters.insert(parameter.name);
  }
  for (const sema::ForeignWord& foreign : sema::foreign_arguments()) {
    INFO(foreign.name);
    CHECK(sema::without_case(foreign.name) == foreign.name);
    CHECK(foreign.ours.empty() != foreign.hint.empty());
    if (!foreign.ours.empty()) CHECK(parameters.contains(std::string(foreign.ours)));
  }
}

}  // namespace nnc
