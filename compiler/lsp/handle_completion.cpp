// textDocument/completion: what may stand at the cursor, by what surrounds it.
#include <algorithm>

#include "compiler/lsp/callables.hpp"
#include "compiler/lsp/completion_items.hpp"
#include "compiler/lsp/describe.hpp"
#include "compiler/lsp/handlers.hpp"
#include "compiler/lsp/result_members.hpp"
#include "compiler/parse/keywords.hpp"
#include "compiler/sema/report_words.hpp"
#include "compiler/sema/settings.hpp"

namespace nnc::lsp {
namespace {

using Block = CursorContext::Block;

struct Completion {
  const Analysis& analysis;
  const CursorContext& context;
  const ast::Declaration* declaration;  // around the cursor
  CompletionItems& items;
};

// What a word of an experiment is followed by.
struct Follower {
  std::string_view word;
  sema::Kind kind;
};
constexpr Follower kFollowers[] = {
    {"train", sema::Kind::Model},     {"on", sema::Kind::Data},    {"with", sema::Kind::Recipe},
    {"over", sema::Kind::Validation}, {"where", sema::Kind::Bool}, {"sample", sema::Kind::Int},
    {"after", sema::Kind::Int},       {"in", sema::Kind::Unknown},
};

const std::vector<sema::SettingRule>& rules_of(const std::string& owner) {
  static const std::vector<sema::SettingRule> metric = sema::metric_rules({});
  return owner == "data" ? sema::data_rules() : owner == "metric" ? metric : sema::recipe_rules();
}

void complete_argument(const Completion& at, const OpenCall& call) {
  const std::optional<Callable> callable = find_callable(at.analysis, at.context, call);
  if (!callable) return at.items.values({}, at.declaration, at.context);
  const auto& parameters = callable->signature.parameters;
  const sema::SignatureParameter* current = nullptr;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const bool named = parameters[i].name == call.name;
    if (named || (call.name.empty() && call.names.empty() && i == call.argument)) current = &parameters[i];
    const bool given =
        std::find(call.names.begin(), call.names.end(), parameters[i].name) != call.names.end() ||
        (call.names.empty() && i < call.argument);
    if (!call.name.empty() || given || call.in_list) continue;
    at.items.key(parameters[i].name, ": ", sema::type_text(parameters[i].type), "");
  }
  if (current == nullptr) return;
  if (current->is_column || current->name == "by") return complete_columns(at.analysis, at.context, at.items);
  at.items.values(current->type, at.declaration, at.context);
}

void complete_setting(const Completion& at) {
  const std::vector<sema::SettingRule>& rules = rules_of(at.context.owner);
  const std::size_t colon = at.context.statement.find(':');
  if (colon == std::string_view::npos) {
    for (const sema::SettingRule& rule : rules) {
      const std::string key(rule.key);
      const bool given =
          std::find(at.context.keys.begin(), at.context.keys.end(), key) != at.context.keys.end();
      if (!given) at.items.key(key, ": ", sema::type_text(rule.type), std::string(setting_doc(key)));
    }
    return;
  }
  const std::string_view key = last_word(at.context.statement.substr(0, colon));
  for (const sema::SettingRule& rule : rules) {
    if (rule.key == key) at.items.values(rule.type, at.declaration, at.context);
  }
}

void complete_experiment(const Completion& at) {
  const std::string_view statement = at.context.statement;
  if (first_word(statement).empty()) {
    for (const std::string& word : keywords_of(KeywordClass::Experiment)) at.items.word(word);
    return;
  }
  const std::string_view last = last_word(statement);
  if (last == "by" && first_word(statement) == "stop") return complete_stopping(at.items);
  if (last == "by") return complete_criteria(at.analysis, at.declaration, at.items);
  if (last == "select") return at.items.word("best");
  if (last == "best") return at.items.word("by");
  if (last == "validate") return at.items.word("over");
  if (last == "stop") return at.items.word("by");
  if (last == "repeat") return at.items.word("over");
  for (const Follower& follower : kFollowers) {
    if (follower.word == last) return at.items.values(follower.kind, at.declaration, at.context);
  }
  const std::string_view first = first_word(statement);
  if (at.context.in_list || first == "where") return at.items.values({}, at.declaration, at.context);
  if (first == "train") at.items.words({"on", "with"}, "", Rank::Word);
  if (first == "select") at.items.word("over");
  if (first == "stop") at.items.words({"after", "epochs"}, "", Rank::Word);
  if (first == "sweep") at.items.word("in");
  if (first == "repeat") at.items.word("seeds");
  if (first == "sample") at.items.word("points");
}

void complete_report(const Completion& at) {
  const std::string word(first_word(at.context.statement));
  const bool is_prose = at.context.statement == "\"\"\"";
  if (word.empty() && !is_prose) {
    for (const sema::ReportWord& entry : sema::report_words())
      at.items.word(entry.word, std::string(entry.example), Rank::Exact);
    return;
  }
  const sema::ReportWord* entry = sema::find_report_word(word);
  const bool behind_colon = at.context.statement.find(':') != std::string_view::npos;
  const bool condition = entry != nullptr && entry->columns == sema::ReportWord::Columns::Condition;
  if (entry != nullptr && behind_colon && !condition)
    return complete_columns(at.analysis, at.context, at.items);
  if (entry != nullptr && entry->subject == sema::ReportWord::Subject::Data)
    return at.items.declarations(sema::Kind::Data);
  at.items.experiments();
  at.items.words({"best", "worst"}, "one point of an experiment", Rank::Language);
  if (entry != nullptr && entry->takes_all) at.items.word("all", "all experiments", Rank::Exact);
  if (is_prose || condition)
    at.items.words({"mean", "deviation", "min", "max", "count", "abs"}, "over results", Rank::Language);
}

void complete_body(const Completion& at) {
  const std::string_view statement = at.context.statement;
  if (first_word(statement).empty() && statement.find_first_not_of(" \t") == std::string_view::npos) {
    for (const std::string& word : keywords_of(KeywordClass::Body)) at.items.word(word);
  }
  const std::string_view last = last_word(statement);
  if (last == "let" || last == "param" || last == "state" || last == "for") return;
  const bool slot = first_word(statement) == "param" || first_word(statement) == "state";
  const bool initial = slot && statement.find('~') != std::string_view::npos;
  at.items.values(initial ? sema::Type(sema::Kind::Init) : sema::Type(), at.declaration, at.context);
}

void complete_file(const Completion& at) {
  const std::string_view statement = at.context.statement;
  if (first_word(statement).empty()) {
    for (const std::string& word : keywords_of(KeywordClass::Declaration)) at.items.word(word);
    return;
  }
  if (last_word(statement) == "from")
    return at.items.declarations(first_word(statement) == "recipe" ? sema::Kind::Recipe
                                                                   : sema::Kind::Experiment);
  const std::size_t equals = statement.find('=');
  if (equals != std::string_view::npos)
    return at.items.values(first_word(statement) == "data" ? sema::Type(sema::Kind::Data) : sema::Type(),
                           at.declaration, at.context);
  // The type of a parameter.
  if (at.context.call || statement.find('(') != std::string_view::npos) {
    for (const std::string& word : keywords_of(KeywordClass::Type)) at.items.word(word);
  }
}

void complete(const Completion& at) {
  const CursorContext& context = at.context;
  if (!context.chain.empty()) return complete_members(at.analysis, context, at.declaration, at.items);
  if (!context.point_of.empty()) {
    const auto axes = axes_of(at.analysis, context.point_of);
    for (const auto& [axis, type] : axes) at.items.key(axis, ": ", "axis of " + context.point_of, "");
    if (!axes.empty()) return;
  }
  const bool declares = context.block == Block::File && context.call &&
                        first_word(context.statement) != "let" && first_word(context.statement) != "data";
  if (declares) return complete_file(at);  // parameters, which look like a call
  if (context.call) return complete_argument(at, *context.call);
  switch (context.block) {
    case Block::File:
      return complete_file(at);
    case Block::Body:
      return complete_body(at);
    case Block::Experiment:
      return complete_experiment(at);
    case Block::Sweep:
      return at.items.values({}, at.declaration, context);
    case Block::Report:
      return complete_report(at);
    case Block::Settings:
      return complete_setting(at);
  }
}

}  // namespace

Reply handle_completion(Session& session, const Json& params) {
  const std::optional<Place> place = place_of(session, params);
  if (!place) return Json();
  const CursorContext context = cursor_context(place->document.text, place->offset);
  CompletionItems items(place->analysis, place->document.text, place->offset);
  if (!context.opaque)
    complete({place->analysis, context, place->analysis.declaration_at(place->offset), items});
  return Json{{"isIncomplete", false}, {"items", items.take()}};
}

}  // namespace nnc::lsp
