// See data_sets.hpp.
#include "compiler/lower/data_sets.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "compiler/plan/scale_name.hpp"
#include "compiler/sema/type.hpp"

namespace nnc {

bool DataSets::read_scale(const ast::Setting& setting, DataPlan& plan) {
  const auto* word = std::get_if<ast::NameRef>(&setting.value->node);
  const bool none = std::holds_alternative<ast::NoneLiteral>(setting.value->node);
  const auto scale = find_scale(none ? "none" : (word == nullptr ? "" : word->name));
  if (scale) {
    plan.scale = *scale;
    return true;
  }
  const std::string text = evaluator_.text_of(*setting.value);
  evaluator_.sink()
      .report(diagnostics::UnknownChoice, setting.value->span, text, sema::describe_choices(scale_names()))
      .hint(did_you_mean_hint(text, scale_names()));
  return false;
}

bool DataSets::read_classes(const ast::Setting& setting, DataPlan& plan) {
  Frame top;
  const Value value = evaluator_.evaluate(*setting.value, top);
  const auto* list = value.get<List>();
  if (list == nullptr) {
    evaluator_.wrong_type(setting.value->span, "classes", value, "a list of strings");
    return false;
  }
  for (const Value& item : **list) {
    if (item.get<std::string>() == nullptr) {
      evaluator_.wrong_type(item.origin, print_value(item), item, "a string");
      return false;
    }
    plan.classes.push_back(*item.get<std::string>());
  }
  return true;
}

bool DataSets::read_settings(const ast::DataDecl& data, DataPlan& plan) {
  for (const ast::Setting& setting : data.settings) {
    if (setting.key.text == "scale" && !read_scale(setting, plan)) return false;
    if (setting.key.text == "classes" && !read_classes(setting, plan)) return false;
  }
  return true;
}

bool DataSets::inspect(const ast::DataDecl& data, const Span& written_at, const Span& used_at,
                       DataPlan& plan) {
  const InspectedData inspected = options_.inspect_data(plan.directory);
  if (const auto* problem = std::get_if<DataProblem>(&inspected)) {
    const Failure& failure = problem->failure;
    const bool missing = problem->kind == DataProblem::Kind::Missing;
    auto builder = missing ? evaluator_.sink().report(diagnostics::DataNotFound, written_at, plan.folder)
                           : evaluator_.sink().report(diagnostics::DataDamaged, written_at, plan.folder,
                                                      failure.message);
    if (missing) builder.note(failure.message);
    builder.label(used_at, "used here").hint(failure.hint);
    return false;
  }
  const auto& facts = std::get<DataFacts>(inspected);
  plan.sample_shape = facts.sample_shape;
  plan.train_count = facts.train_count;
  plan.test_count = facts.test_count;
  plan.class_count = facts.class_count;
  if (plan.classes.empty()) return true;
  if (static_cast<int>(plan.classes.size()) < plan.class_count) {
    evaluator_.sink().report(diagnostics::DataDamaged, data.name.span, plan.folder,
                             fmt::format("labels go up to {}, but {} classes are declared",
                                         plan.class_count - 1, plan.classes.size()));
    return false;
  }
  plan.class_count = static_cast<int>(plan.classes.size());
  return true;
}

std::optional<DataPlan> DataSets::read(const ast::DataDecl& data, const Span& used_at) {
  DataPlan plan;
  plan.name = data.name.text;
  const auto* call = std::get_if<ast::Call>(&data.source->node);
  const auto* source = call == nullptr ? nullptr : std::get_if<ast::NameRef>(&call->callee->node);
  if (source == nullptr || source->name != "idx" || call->arguments.size() != 1) {
    evaluator_.sink().report(diagnostics::WrongType, data.source->span, evaluator_.text_of(*data.source),
                             "no data source", "`idx(\"folder\")`");
    return std::nullopt;
  }
  Frame top;
  const ast::Expr& written = *call->arguments.front().value;
  const Value folder = evaluator_.evaluate(written, top);
  if (folder.get<std::string>() == nullptr) {
    evaluator_.wrong_type(written.span, evaluator_.text_of(written), folder, "a string");
    return std::nullopt;
  }
  plan.folder = *folder.get<std::string>();
  plan.directory = (std::filesystem::path(options_.folder) / plan.folder).lexically_normal().string();
  if (!read_settings(data, plan) || !options_.inspect_data) return std::nullopt;
  if (!inspect(data, written.span, used_at, plan)) return std::nullopt;
  return plan;
}

std::optional<std::size_t> DataSets::index(const ast::Declaration& declaration, const Span& used_at) {
  const auto [entry, fresh] = known_.emplace(&declaration, std::nullopt);
  if (!fresh) return entry->second;
  auto plan = read(std::get<ast::DataDecl>(declaration.node), used_at);
  if (!plan) return std::nullopt;
  entry->second = plan_.data.size();
  plan_.data.push_back(std::move(*plan));
  return entry->second;
}

}  // namespace nnc
