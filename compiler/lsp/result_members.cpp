// See result_members.hpp. What an experiment has is the checker's ExperimentFacts.
#include "compiler/lsp/result_members.hpp"

#include <algorithm>
#include <array>

#include "compiler/parse/characters.hpp"
#include "compiler/plan/result_fields.hpp"

namespace nnc::lsp {
namespace {

constexpr std::array kStoppingMetrics = {"loss", "accuracy"};

const sema::ExperimentFacts* facts_of(const Analysis& analysis, std::string_view name) {
  const ast::Declaration* declaration = analysis.program.find(name);
  const auto facts = declaration == nullptr ? analysis.index.experiments.end()
                                            : analysis.index.experiments.find(declaration);
  return facts == analysis.index.experiments.end() ? nullptr : &facts->second;
}

// The first word of a chain that names an experiment: `grid` of `best(grid).test`.
const sema::ExperimentFacts* experiment_of(const Analysis& analysis, std::string_view chain) {
  for (std::size_t at = 0; at < chain.size();) {
    std::size_t end = at;
    while (end < chain.size() && is_word_char(chain[end])) ++end;
    if (const auto* facts = facts_of(analysis, chain.substr(at, end - at))) return facts;
    at = end + 1;
  }
  return nullptr;
}

bool is_part(std::string_view word) {
  return std::find(kResultParts.begin(), kResultParts.end(), word) != kResultParts.end();
}

std::vector<std::string> parts_of(const sema::ExperimentFacts& facts) {
  std::vector<std::string> parts = {"train", "test"};
  if (facts.has_validation || !facts.known) parts.insert(parts.end(), {"valid", "fitted"});
  return parts;
}

void add_metrics(const sema::ExperimentFacts* facts, CompletionItems& items) {
  if (facts != nullptr) items.words(facts->metrics, "metric");
  items.words({"loss"}, "metric");
  if (facts == nullptr) items.words({"accuracy"}, "metric");
}

void add_results(const sema::ExperimentFacts& facts, CompletionItems& items) {
  items.words(parts_of(facts), "part of the data");
  for (const auto& [axis, type] : facts.axes) items.word(axis, "axis", Rank::Local);
  for (const ResultFieldInfo& field : result_fields())
    items.word(field.name, std::string(field.readable), Rank::Language);
}

bool names_tensor(const Analysis& analysis, const ast::Declaration* declaration, const std::string& chain) {
  if (chain == "in") return true;
  return std::any_of(analysis.index.references.begin(), analysis.index.references.end(),
                     [&](const sema::Reference& reference) {
                       return reference.target == declaration && reference.type.is(sema::Kind::Tensor) &&
                              analysis.sources.text(reference.use) == chain;
                     });
}

}  // namespace

Axes axes_of(const Analysis& analysis, const std::string& experiment) {
  const auto* facts = facts_of(analysis, experiment);
  return facts == nullptr ? Axes{} : facts->axes;
}

void complete_members(const Analysis& analysis, const CursorContext& context,
                      const ast::Declaration* declaration, CompletionItems& items) {
  const std::string& chain = context.chain;
  const ast::Declaration* named = analysis.program.find(chain);
  if (named != nullptr && std::holds_alternative<ast::DataDecl>(named->node))
    return items.words({"train", "test"}, "part of the data");
  const std::string_view last = last_word(chain);
  const bool stops = first_word(context.statement) == "stop";
  if (stops && chain == last && (last == "valid" || last == "train"))
    return items.words({kStoppingMetrics.begin(), kStoppingMetrics.end()}, "metric");
  const auto* facts = experiment_of(analysis, chain);
  if (is_part(last) && (facts != nullptr || chain == last)) {
    // `valid.` stands alone as a column or criterion: of the experiment around it or of the entry.
    if (facts == nullptr && declaration != nullptr) {
      const auto own = analysis.index.experiments.find(declaration);
      facts =
          own != analysis.index.experiments.end() ? &own->second : experiment_of(analysis, context.statement);
    }
    return add_metrics(facts, items);
  }
  if (facts != nullptr) return add_results(*facts, items);
  if (names_tensor(analysis, declaration, chain)) return items.words(sema::tensor_members(), "of a tensor");
  items.words({"height", "width"}, "of dims");
}

void complete_columns(const Analysis& analysis, const CursorContext& context, CompletionItems& items) {
  sema::ExperimentFacts any;  // of `all`: whatever there may be
  const auto* facts = experiment_of(analysis, context.statement);
  add_results(facts != nullptr ? *facts : any, items);
}

void complete_criteria(const Analysis& analysis, const ast::Declaration* experiment, CompletionItems& items) {
  const auto facts =
      experiment == nullptr ? analysis.index.experiments.end() : analysis.index.experiments.find(experiment);
  std::vector<std::string> metrics = {"loss"};
  if (facts != analysis.index.experiments.end())
    metrics.insert(metrics.end(), facts->second.metrics.begin(), facts->second.metrics.end());
  for (const std::string& metric : metrics) items.words({"valid." + metric}, "a result that may decide");
}

void complete_stopping(CompletionItems& items) {
  for (const std::string part : {"valid", "train"}) {
    for (const char* metric : kStoppingMetrics) items.words({part + "." + metric}, "known after each epoch");
  }
}

}  // namespace nnc::lsp
