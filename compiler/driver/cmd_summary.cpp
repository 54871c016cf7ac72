// nnc summary: the layers of every model that the experiments train, or of one model, as Keras prints them.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ostream>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"

namespace nnc {
namespace {

std::string summary_text(const ModelSummary& model) {
  Table table;
  table.column("Layer (type)");
  table.column("Output Shape");
  table.column("Param #", Table::Align::Right);
  for (const LayerSummary& layer : model.layers) {
    const std::string indent(static_cast<std::size_t>(std::max(0, layer.depth)) * 2, ' ');
    table.row({fmt::format("{}{} ({})", indent, layer.name, layer.kind), layer.output.to_string(),
               with_separators(layer.parameters + layer.other_parameters)});
  }
  return fmt::format(
      "Model: {} on input {}\n\n{}\nTotal params: {}\nTrainable params: {}\nNon-trainable params: {}\n",
      model.name, model.input.sample_string(), table.to_string(),
      with_separators(model.trained + model.other), with_separators(model.trained),
      with_separators(model.other));
}

// "32x32x1" or "784".
std::optional<Shape> read_shape(std::string_view text) {
  std::vector<std::int64_t> sizes;
  while (true) {
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || size <= 0) return std::nullopt;
    sizes.push_back(size);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return Shape(std::move(sizes));
    if (text.front() != 'x' || sizes.size() >= 8) return std::nullopt;
    text.remove_prefix(1);
  }
}

// The models of the trials, each form once: a sweep over its parameters gives several.
std::vector<ModelSummary> trained_models(const StudyPlan& plan, const std::string& only) {
  std::vector<ModelSummary> models;
  std::vector<std::string> seen;
  for (const TrialPlan& trial : plan.trials) {
    if (!only.empty() && trial.model != only) continue;
    ModelSummary model;
    model.name = trial.model;
    const std::string params = params_text(trial.params);
    model.input = plan.data[trial.data].sample_shape.with_batch_axis();
    model.layers = trial.layers;
    model.trained = trial.parameters;
    for (const LayerSummary& layer : trial.layers)
      model.other += layer.depth == 0 ? layer.other_parameters : 0;
    const std::string text = summary_text(model);
    if (std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
    seen.push_back(text);
    model.name += params.empty() ? fmt::format(" ({})", trial.experiment)
                                 : fmt::format(" ({}: {})", trial.experiment, params);
    models.push_back(std::move(model));
  }
  return models;
}

const ast::Declaration* find_model(const CheckedProgram& program, const std::string& name) {
  const ast::Declaration* declaration = program.find(name);
  return is_function_of_kind(declaration, ast::FunctionKind::Model) ? declaration : nullptr;
}

std::vector<std::string> model_names(const CheckedProgram& program) {
  std::vector<std::string> names;
  for (const auto& [name, declaration] : program.names) {
    if (is_function_of_kind(declaration, ast::FunctionKind::Model)) names.push_back(name);
  }
  return names;
}

int show(Env& env, const Options& options, const std::vector<ModelSummary>& models) {
  if (options.json) {
    *env.out << summary_object(models);
    return kExitOk;
  }
  for (std::size_t i = 0; i < models.size(); ++i) *env.out << (i > 0 ? "\n" : "") << summary_text(models[i]);
  return kExitOk;
}

// The models named (or all of the file), with their defaults, on the input given or declared.
int summarize_declared(Env& env, const Options& options, Compilation& compilation,
                       const std::vector<std::string>& names) {
  std::optional<Shape> input;
  if (!options.input.empty()) {
    input = read_shape(options.input);
    if (!input) {
      print_error(env, options,
                  {fmt::format("`{}` is not a shape", options.input), "write it like 28x28x1 or 784"});
      return kExitUsage;
    }
  }
  const LetValues lets = read_lets(compilation.program, options.settings);
  std::vector<ModelSummary> models;
  for (const std::string& name : names) {
    auto model = summarize_model(compilation.sources, compilation.program,
                                 *find_model(compilation.program, name), input, compilation.sink, &lets);
    if (model) models.push_back(std::move(*model));
  }
  show_diagnostics(env, options, compilation);
  if (compilation.sink.has_errors()) {
    if (options.json) *env.out << diagnostics_document(options, compilation);
    return kExitErrors;
  }
  return show(env, options, models);
}

}  // namespace

int cmd_summary(Env& env, const Options& options) {
  auto opened = open_program(env, options);
  if (!opened) {
    print_error(env, options, opened.failure());
    return kExitUsage;
  }
  Compilation& compilation = *opened.value();
  if (!check_names_and_types(env, compilation)) {
    show_diagnostics(env, options, compilation);
    if (options.json) *env.out << diagnostics_document(options, compilation);
    return kExitErrors;
  }
  const std::vector<std::string> names = model_names(compilation.program);
  if (!options.model.empty() && find_model(compilation.program, options.model) == nullptr) {
    std::string hint = did_you_mean_hint(options.model, names);
    if (hint.empty())
      hint = names.empty() ? "the file declares no model" : fmt::format("the file has `{}`", names.front());
    print_error(env, options,
                {fmt::format("there is no model `{}` in {}", options.model, compilation.path), hint});
    return kExitUsage;
  }
  if (!options.input.empty()) {
    return summarize_declared(env, options, compilation,
                              options.model.empty() ? names : std::vector{options.model});
  }
  // The input comes from the data of the experiments; models that none trains must declare theirs.
  if (!expand_study(options, compilation)) {
    show_diagnostics(env, options, compilation);
    if (options.json) *env.out << diagnostics_document(options, compilation);
    return kExitErrors;
  }
  const std::vector<ModelSummary> models = trained_models(compilation.study->plan, options.model);
  if (models.empty()) {
    return summarize_declared(env, options, compilation,
                              options.model.empty() ? names : std::vector{options.model});
  }
  show_diagnostics(env, options, compilation);
  return show(env, options, models);
}

}  // namespace nnc
