// See shape_notes.hpp.
#include "compiler/lsp/shape_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/lsp/analysis.hpp"

namespace nnc::lsp {
namespace {

constexpr std::size_t kOutputsOfLoop = 4;
constexpr std::size_t kOutputsOfLine = 3;
constexpr std::size_t kModelsOfHover = 4;

std::string model_label(const ModelTrace& model) {
  std::string label = model.experiment.empty() ? "with its defaults" : model.experiment;
  std::string params;
  for (const auto& [name, value] : model.params)
    params += fmt::format("{}{} = {}", params.empty() ? ": " : ", ", name, parameter_text(value));
  return label + params;
}

// What one statement gave in one model, each time it ran.
ShapeVariant variant_of(const std::vector<const TracedStatement*>& runs) {
  ShapeVariant variant;
  std::vector<std::string> outputs;
  for (const TracedStatement* run : runs) {
    variant.parameters += run->parameters;
    variant.other_parameters += run->other_parameters;
    variant.flops += run->flops;
    outputs.push_back(run->output.rank() == 0 ? "one number" : run->output.sample_string());
  }
  outputs.erase(std::unique(outputs.begin(), outputs.end()), outputs.end());
  if (outputs.size() > kOutputsOfLoop) {
    outputs[kOutputsOfLoop - 2] = "...";
    outputs[kOutputsOfLoop - 1] = outputs.back();
    outputs.resize(kOutputsOfLoop);
  }
  variant.output = fmt::format("{}", fmt::join(outputs, ", then "));
  return variant;
}

bool same(const ShapeVariant& a, const ShapeVariant& b) {
  return a.output == b.output && a.parameters == b.parameters && a.other_parameters == b.other_parameters &&
         a.flops == b.flops;
}

void add_variant(ShapeNote& note, ShapeVariant variant, const std::string& model) {
  auto known = std::find_if(note.variants.begin(), note.variants.end(),
                            [&](const ShapeVariant& other) { return same(other, variant); });
  if (known == note.variants.end()) known = note.variants.insert(known, std::move(variant));
  known->models.push_back(model);
}

}  // namespace

std::vector<ShapeNote> shape_notes(const Document& document) {
  if (document.shapes == nullptr) return {};
  std::map<std::pair<std::uint32_t, std::uint32_t>, ShapeNote> notes;
  for (const ModelTrace& model : document.shapes->models) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<const TracedStatement*>> statements;
    for (const TracedStatement& statement : model.statements) {
      if (statement.span.file == document.shapes->main)
        statements[{statement.span.begin, statement.span.end}].push_back(&statement);
    }
    for (const auto& [place, runs] : statements)
      add_variant(notes[place], variant_of(runs), model_label(model));
  }
  std::vector<ShapeNote> result;
  for (auto& [place, note] : notes) {
    std::tie(note.begin, note.end) = place;
    if (carry_over(document.since_shapes, note.begin, note.end)) result.push_back(std::move(note));
  }
  return result;
}

std::string outputs_text(const ShapeNote& note) {
  std::vector<std::string> outputs;
  for (const ShapeVariant& variant : note.variants) {
    if (std::find(outputs.begin(), outputs.end(), variant.output) == outputs.end())
      outputs.push_back(variant.output);
  }
  const bool more = outputs.size() > kOutputsOfLine;
  if (more) outputs.resize(kOutputsOfLine);
  return fmt::format("{}{}", fmt::join(outputs, " or "), more ? " or ..." : "");
}

std::string short_number(double number) {
  if (number < 10'000) return fmt::format("{:.0f}", number);
  constexpr const char* kUnits[] = {"k", "M", "G", "T", "P"};
  std::size_t unit = 0;
  number /= 1000;
  while (number >= 999.5 && unit + 1 < std::size(kUnits)) {
    number /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", number, number < 99.95 ? 1 : 0, kUnits[unit]);
}

std::string describe_shapes(const ShapeNote& note) {
  std::string text;
  for (const ShapeVariant& variant : note.variants) {
    text += fmt::format("{}gives **{}**", text.empty() ? "" : "\n\n", variant.output);
    text += fmt::format(", {} parameters", variant.parameters);
    if (variant.other_parameters > 0) text += fmt::format(" and {} kept", variant.other_parameters);
    text += fmt::format(", {} FLOPs per sample", short_number(variant.flops));
    const std::size_t shown = std::min(variant.models.size(), kModelsOfHover);
    text += fmt::format(
        "\\\n*{}*",
        fmt::join(variant.models.begin(), variant.models.begin() + static_cast<std::ptrdiff_t>(shown), "; "));
    if (shown < variant.models.size()) text += fmt::format(" *and {} more*", variant.models.size() - shown);
  }
  return text;
}

}  // namespace nnc::lsp
