// See overrides.hpp.
#include "compiler/lower/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "compiler/ast/words.hpp"
#include "compiler/lower/study.hpp"
#include "compiler/parse/characters.hpp"
#include "compiler/sema/ast_walk.hpp"
#include "compiler/sema/settings.hpp"

namespace nnc {
namespace {

const ast::LetDecl* as_let(const ast::Declaration& declaration) {
  return std::get_if<ast::LetDecl>(&declaration.node);
}

const ast::Declaration* find_let(const CheckedProgram& program, const std::string& name) {
  for (const ast::Declaration& declaration : program.main_module().module.declarations) {
    const auto* let = as_let(declaration);
    if (let != nullptr && let->name.text == name) return &declaration;
  }
  return nullptr;
}

// The first experiment that sweeps over the name; "" if none does.
std::string experiment_with_axis(const CheckedProgram& program, const std::string& name) {
  const auto in_line = [&](const ast::SweepLine& line) {
    return std::any_of(line.axes.begin(), line.axes.end(),
                       [&](const ast::SweepAxis& axis) { return axis.name.text == name; });
  };
  const auto in_branch = [&](const ast::SweepBranch& branch) {
    return std::any_of(branch.lines.begin(), branch.lines.end(), in_line);
  };
  for (const ast::Declaration& declaration : program.main_module().module.declarations) {
    const auto* experiment = std::get_if<ast::ExperimentDecl>(&declaration.node);
    if (experiment == nullptr) continue;
    for (const ast::ExperimentStatement& statement : experiment->statements) {
      const auto* sweep = std::get_if<ast::Sweep>(&statement.node);
      if (sweep != nullptr && std::any_of(sweep->branches.begin(), sweep->branches.end(), in_branch))
        return experiment->name.text;
    }
  }
  return {};
}

bool is_recipe_setting(const std::string& name) {
  const std::vector<std::string> keys = sema::recipe_keys();
  return std::find(keys.begin(), keys.end(), name) != keys.end();
}

// The word for what the setting must name: "optimizer"; "" if it is a value.
std::string named_kind(const std::string& setting) {
  for (const sema::SettingRule& rule : sema::recipe_rules()) {
    if (rule.key != setting) continue;
    const bool named = rule.type.is(sema::Kind::Loss) || rule.type.is(sema::Kind::Optimizer) ||
                       rule.type.is(sema::Kind::Schedule);
    return named ? setting : std::string{};
  }
  return {};
}

// A number, a bool, none, something declared or builtin; a string if it is none of these.
Value read_value(const CheckedProgram& program, const std::string& text) {
  std::int64_t integer = 0;
  const char* end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, integer);
      read.ec == std::errc{} && read.ptr == end) {
    return Value{integer, {}};
  }
  double real = 0;
  if (const auto read = std::from_chars(text.data(), end, real); read.ec == std::errc{} && read.ptr == end) {
    return Value{real, {}};
  }
  if (text == "none") return Value{NoneValue{}, {}};
  if (text == "true" || text == "false") return Value{text == "true", {}};
  if (const ast::Declaration* declaration = program.find(text)) return Value{DeclarationRef{declaration}, {}};
  if (const BuiltinInfo* builtin = find_builtin(text)) return Value{BuiltinRef{builtin}, {}};
  return Value{text, {}};
}

bool is_text(const ast::LetDecl& let) {
  return let.value != nullptr &&
         std::holds_alternative<ast::StringLiteral>(sema::without_parens(*let.value).node);
}

Value read_let(const CheckedProgram& program, const ast::LetDecl& let, const std::string& text) {
  return is_text(let) ? Value{text, {}} : read_value(program, text);
}

void report_unknown_word(Evaluator& evaluator, const std::string& kind, const std::string& word) {
  std::vector<std::string> known;
  for (const auto& [name, declaration] : evaluator.program().names) {
    if (kind == "name" || ast::kind_word(*declaration) == kind) known.push_back(name);
  }
  evaluator.sink().report(diagnostics::UnknownName, {}, kind, word).hint(Guess{did_you_mean(word, known)});
}

// What the let's own value is, as far as another one must be like it; "" if it may be anything.
std::string needed_kind(const Value& own) {
  if (own.number()) return "a number";
  if (own.get<bool>() != nullptr) return "a bool";
  if (own.get<Dims>() != nullptr || own.get<List>() != nullptr) return describe_kind(own);
  return {};
}

bool is_name(const Value& value) {
  return value.get<DeclarationRef>() != nullptr || value.get<BuiltinRef>() != nullptr ||
         value.get<InstancePtr>() != nullptr;
}

void check_let(Evaluator& evaluator, const ast::LetDecl& let, const std::string& text) {
  if (let.value == nullptr || is_text(let)) return;
  const Value given = read_let(evaluator.program(), let, text);
  // One that keeps nothing: what depends on other lets may be another value with theirs.
  Sink ignored;
  Evaluator of_file(evaluator.sources(), evaluator.program(), ignored);
  Frame top;
  const Value own = of_file.evaluate(*let.value, top);
  if (given.get<std::string>() != nullptr && is_name(own))
    return report_unknown_word(evaluator, "name", text);
  const std::string needed = needed_kind(own);
  const bool fits = needed.empty() || (own.number() && given.number()) ||
                    own.data.index() == given.data.index() ||
                    (own.get<Dims>() != nullptr && given.get<std::int64_t>() != nullptr);
  if (!fits) evaluator.wrong_type({}, let.name.text, given, needed);
}

void report_unknown_setting(Evaluator& evaluator, const std::string& name, const std::string& value) {
  const CheckedProgram& program = evaluator.program();
  std::vector<std::string> known = sema::recipe_keys();
  for (const ast::Declaration& declaration : program.main_module().module.declarations) {
    if (const auto* let = as_let(declaration)) known.push_back(let->name.text);
  }
  auto report = evaluator.sink().report(diagnostics::UnknownSetting, {}, "recipe", name);
  report.note(command_line_note(name, value));
  if (const std::string experiment = experiment_with_axis(program, name); !experiment.empty()) {
    report.note(fmt::format("`{}` is an axis of `{}`, whose values are in its `sweep`", name, experiment))
        .hint(fmt::format("change the list there, or put a name into it that `--set` can give a value: "
                          "`let chosen = {}` and `sweep {} in [chosen]`",
                          value, name));
    return;
  }
  const std::string_view foreign = sema::foreign_setting_hint(name);
  report.hint(foreign.empty() ? did_you_mean_hint(name, known) : std::string(foreign));
}

// Whether the code at the place reads the name.
bool reads(const SourceMap& sources, const Span& place, std::string_view name) {
  if (!place.valid()) return false;
  const std::string_view text = sources.text(place);
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const bool begins = at == 0 || !is_word_char(text[at - 1]);
    const bool ends = at + name.size() == text.size() || !is_word_char(text[at + name.size()]);
    if (begins && ends) return true;
  }
  return false;
}

}  // namespace

std::string command_line_note(const std::string& name, const std::string& value) {
  return fmt::format("from the command line: --set {}={}", name, value);
}

Value read_setting(const CheckedProgram& program, const std::string& setting, const std::string& text) {
  Value value = read_value(program, text);
  const bool names_nothing = value.get<std::string>() != nullptr && !named_kind(setting).empty();
  return names_nothing ? Value{} : value;
}

LetValues read_lets(const CheckedProgram& program, const SetValues& set) {
  LetValues lets;
  for (const auto& [name, value] : set) {
    const ast::Declaration* let = is_recipe_setting(name) ? nullptr : find_let(program, name);
    if (let != nullptr) lets[let] = read_let(program, *as_let(*let), value);
  }
  return lets;
}

SetValues check_overrides(Evaluator& evaluator, const SetValues& set) {
  const CheckedProgram& program = evaluator.program();
  SetValues good;
  for (const auto& [name, value] : set) {
    const int errors_before = evaluator.sink().error_count();
    if (is_recipe_setting(name)) {
      const std::string kind = named_kind(name);
      if (!kind.empty() && read_value(program, value).get<std::string>() != nullptr)
        report_unknown_word(evaluator, kind, value);
    } else if (const ast::Declaration* let = find_let(program, name)) {
      check_let(evaluator, *as_let(*let), value);
    } else {
      report_unknown_setting(evaluator, name, value);
    }
    if (evaluator.sink().error_count() == errors_before) good.emplace_back(name, value);
  }
  return good;
}

sema::NameSet replaced_settings(const SetValues& set) {
  sema::NameSet names;
  for (const auto& [name, value] : set) {
    if (is_recipe_setting(name)) names.insert(name);
  }
  return names;
}

void blame_command_line(const SourceMap& sources, const CheckedProgram& program, const SetValues& set,
                        Diagnostic& diagnostic) {
  for (const auto& [name, value] : set) {
    const std::string note = command_line_note(name, value);
    const auto& notes = diagnostic.notes;
    if (std::find(notes.begin(), notes.end(), note) != notes.end()) continue;
    const bool is_let = !is_recipe_setting(name) && find_let(program, name) != nullptr;
    const bool quoted = diagnostic.message.find("`" + name + "`") != std::string::npos ||
                        diagnostic.message.find("`" + value + "`") != std::string::npos;
    if (quoted || (is_let && reads(sources, diagnostic.primary, name))) diagnostic.notes.push_back(note);
  }
}

}  // namespace nnc
