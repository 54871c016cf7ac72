// See describe.hpp.
#include "compiler/lsp/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/ast/words.hpp"
#include "compiler/base/utf8.hpp"
#include "compiler/plan/result_fields.hpp"

namespace nnc::lsp {
namespace {

constexpr std::size_t kLongestHead = 400;

struct SettingDoc {
  std::string_view key;
  std::string_view text;
};
// A test compares the keys with the rules of the checker.
constexpr auto kSettingDocs = std::to_array<SettingDoc>({
    {"loss", "what is made small: `cross_entropy`, `mse`, ..."},
    {"optimizer", "how weights follow their gradients, with its learning rate: `adam(lr: 0.001)`"},
    {"schedule", "what the learning rate is multiplied with in each epoch; `none` if it stays as it is"},
    {"batch", "how many samples a step sees (32)"},
    {"epochs", "how often all training samples are seen (1)"},
    {"metrics", "what is measured beside the loss (`[accuracy]`)"},
    {"shuffle", "whether every epoch has its own order (true)"},
    {"seed", "the number from which all random numbers follow (0)"},
    {"classes", "the names of the classes, in the order of their labels"},
    {"scale", "`none`, `unit` (divided by 255), `minmax` or `standard`, fitted on what is trained on"},
    {"better", "`higher` or `lower`: which values are the better ones"},
    {"computed", "the computation, as the runtime calls it"},
    {"variant", "the parameter that chooses among variants of the computation"},
    {"of", "what it is computed from: `classes` or `probabilities`"},
});

std::string code_block(const std::string& text) { return "```nn\n" + text + "\n```"; }

// Where the head of a declaration ends: before its body or its settings.
std::uint32_t head_end(const Analysis& analysis, const ast::Declaration& declaration) {
  if (const auto* function = std::get_if<ast::FunctionDecl>(&declaration.node);
      function && !function->is_short)
    return std::max(declaration.span.begin, std::min(function->body.span.begin, declaration.span.end));
  const bool whole = std::holds_alternative<ast::LetDecl>(declaration.node) ||
                     std::holds_alternative<ast::FunctionDecl>(declaration.node);
  if (whole) return declaration.span.end;
  // The text may be broken, but strings are before this place: they are in what data is read from.
  const auto* data = std::get_if<ast::DataDecl>(&declaration.node);
  const bool has_source = data != nullptr && data->source != nullptr && data->source->span.valid();
  const std::uint32_t begin = has_source ? data->source->span.end : declaration.span.begin;
  const std::string_view text = analysis.sources.text(declaration.span);
  const std::size_t brace =
      text.find('{', std::min<std::size_t>(begin - declaration.span.begin, text.size()));
  return declaration.span.begin + static_cast<std::uint32_t>(std::min(brace, text.size()));
}

std::string size_text(const Analysis& analysis, const std::string& experiment) {
  const auto size = analysis.experiments.find(experiment);
  if (size == analysis.experiments.end()) return {};
  return fmt::format("\n\n{} trial{}, {} epochs as declared", size->second.trials,
                     size->second.trials == 1 ? "" : "s", size->second.epochs);
}

std::string data_text(const Analysis& analysis, const std::string& name) {
  for (const DataPlan& data : analysis.data) {
    if (data.name != name) continue;
    return fmt::format("\n\nsamples of {}, {} to train on, {} to test with, {} classes",
                       data.sample_shape.sample_string(), data.train_count, data.test_count,
                       data.class_count);
  }
  return {};
}

std::string_view word_of(sema::SymbolKind kind) {
  switch (kind) {
    case sema::SymbolKind::Declaration:
      return "declaration";
    case sema::SymbolKind::Builtin:
      return "function of the language";
    case sema::SymbolKind::ReportFunction:
      return "function over results";
    case sema::SymbolKind::Given:
      return "given by the language";
    case sema::SymbolKind::Parameter:
      return "parameter";
    case sema::SymbolKind::Let:
      return "let";
    case sema::SymbolKind::Param:
      return "param, which is trained";
    case sema::SymbolKind::State:
      return "state, which is kept";
    case sema::SymbolKind::Loop:
      return "variable of a loop";
    case sema::SymbolKind::Size:
      return "size";
    case sema::SymbolKind::Axis:
      return "axis of a sweep";
    case sema::SymbolKind::Setting:
      return "setting";
    case sema::SymbolKind::Choice:
      return "choice";
    case sema::SymbolKind::Member:
      return "member";
    case sema::SymbolKind::Part:
      return "part of the data";
    case sema::SymbolKind::Metric:
      return "metric";
    case sema::SymbolKind::Field:
      return "result of a trial";
  }
  return "";
}

}  // namespace

bool is_class(const ast::FunctionDecl& function) {
  return function.kind == ast::FunctionKind::Model || function.kind == ast::FunctionKind::Layer;
}

std::string_view setting_doc(std::string_view key) {
  const auto found = std::find_if(kSettingDocs.begin(), kSettingDocs.end(),
                                  [&](const SettingDoc& setting) { return setting.key == key; });
  return found == kSettingDocs.end() ? std::string_view{} : found->text;
}

std::string head_of(const Analysis& analysis, const ast::Declaration& declaration) {
  Span head = declaration.span;
  head.end = head_end(analysis, declaration);
  return one_line(analysis.sources.text(head), kLongestHead);
}

std::string head_of(const BuiltinInfo& builtin) {
  const std::size_t arrow = builtin.signature.rfind(" -> ");
  if (arrow == std::string_view::npos) return fmt::format("{}({})", builtin.name, builtin.signature);
  return fmt::format("{}({}) -> {}", builtin.name, builtin.signature.substr(0, arrow),
                     builtin.signature.substr(arrow + 4));
}

std::string doc_markdown(const std::string& doc) {
  std::string text;
  for (std::size_t at = 0; at < doc.size();) {
    const std::size_t end = std::min(doc.find('\n', at), doc.size());
    const std::string line = doc.substr(at, end - at);
    // The shapes are said in lines of their own, indented.
    const bool own_line = line.starts_with("  ") && !text.empty();
    text += (own_line       ? "\\\n"
             : text.empty() ? ""
                            : "\n") +
            line.substr(std::min(line.find_first_not_of(' '), line.size()));
    at = end + 1;
  }
  return text;
}

std::string describe_declaration(const Analysis& analysis, const ast::Declaration& declaration) {
  std::string text = code_block(head_of(analysis, declaration));
  if (!declaration.doc.empty()) text += "\n\n" + doc_markdown(declaration.doc);
  const ast::Name* name = ast::declared_name(declaration);
  if (name != nullptr && std::holds_alternative<ast::ExperimentDecl>(declaration.node))
    text += size_text(analysis, name->text);
  if (name != nullptr && std::holds_alternative<ast::DataDecl>(declaration.node))
    text += data_text(analysis, name->text);
  const SourceFile& file = analysis.sources.file(declaration.span.file);
  if (file.is_library()) text += "\n\n*the standard library*";
  return text;
}

std::string describe_builtin(const BuiltinInfo& builtin) {
  return code_block(head_of(builtin)) + "\n\n" + std::string(builtin.doc) + "\n\n*the language*";
}

std::string describe_reference(const Analysis& analysis, const sema::Reference& reference) {
  if (reference.builtin != nullptr) return describe_builtin(*reference.builtin);
  if (reference.kind == sema::SymbolKind::Declaration && reference.target != nullptr)
    return describe_declaration(analysis, *reference.target);
  const std::string name(analysis.sources.text(reference.use));
  std::string text = name;
  if (!reference.type.unknown()) text += ": " + sema::type_text(reference.type);
  text = code_block(text) + "\n\n" + std::string(word_of(reference.kind));
  const ast::Name* owner = reference.target != nullptr ? ast::declared_name(*reference.target) : nullptr;
  if (owner != nullptr && reference.kind != sema::SymbolKind::Setting)
    text += fmt::format(" of `{}`", owner->text);
  if (reference.kind == sema::SymbolKind::Setting) text += ": " + std::string(setting_doc(name));
  if (const ResultFieldInfo* field = find_result_field(name);
      field && reference.kind == sema::SymbolKind::Field)
    text += ": " + std::string(field->readable);
  return text;
}

}  // namespace nnc::lsp
