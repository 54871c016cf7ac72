// Declarations: the outermost layer of the parse tree. Statements and expressions have builders of their own.
#include "compiler/parse/ast_builder.hpp"

#include <algorithm>
#include <utility>

#include "compiler/parse/experiment_builder.hpp"
#include "compiler/parse/statement_builder.hpp"
#include "compiler/parse/text_values.hpp"
#include "compiler/parse/tree_reader.hpp"

namespace nnc {
namespace {

class ModuleBuilder : public TreeReader {
 public:
  explicit ModuleBuilder(const BuildInput& input)
      : TreeReader(input), exprs_(input), statements_(input), experiments_(input), file_(input.file) {}

  ast::Module build(const Cursor& file);

 private:
  using Node = decltype(ast::Declaration::node);

  void build_version(const Cursor& line, ast::Module& module);
  std::optional<ast::Declaration> build_declaration(const Cursor& declaration);
  std::optional<Node> build_node(const Cursor& node);
  ast::ImportDecl build_import(const Cursor& node);
  ast::FunctionDecl build_function(const Cursor& node, ast::FunctionKind kind, ast::Name name);
  std::vector<ast::Parameter> build_parameters(const Cursor& declaration);
  ast::Parameter build_parameter(const Cursor& parameter);
  ast::TypeExpr build_type(const Cursor& type);
  [[nodiscard]] std::string documentation_before(std::uint32_t position) const;

  ExprBuilder exprs_;
  StatementBuilder statements_;
  ExperimentBuilder experiments_;
  FileId file_;
};

ast::Module ModuleBuilder::build(const Cursor& file) {
  ast::Module module;
  module.file = file_;
  for (const Cursor& child : file.children()) {
    if (child.rule() == Rule::version_line)
      build_version(child, module);
    else if (std::optional<ast::Declaration> declaration = build_declaration(child))
      module.declarations.push_back(std::move(*declaration));
  }
  return module;
}

void ModuleBuilder::build_version(const Cursor& line, ast::Module& module) {
  const auto number = find(line.children(), Rule::version_number);
  if (!number) return;
  module.version = name_of(*number);
  if (module.version->text != "1")
    sink().report(diagnostics::LanguageVersion, module.version->span, module.version->text);
}

std::optional<ast::Declaration> ModuleBuilder::build_declaration(const Cursor& declaration) {
  const Cursors children = declaration.children();
  if (children.empty()) return std::nullopt;
  std::optional<Node> node = build_node(children.front());
  if (!node) return std::nullopt;
  return ast::Declaration{std::move(*node), span_of(children.front()),
                          documentation_before(children.front().node().begin)};
}

std::optional<ModuleBuilder::Node> ModuleBuilder::build_node(const Cursor& node) {
  using Kind = ast::FunctionKind;
  const Cursors children = node.children();
  if (node.rule() == Rule::import_declaration) {
    if (node.broken()) return std::nullopt;
    const int errors_before = sink().error_count();
    ast::ImportDecl built = build_import(node);
    if (sink().error_count() > errors_before) return std::nullopt;  // not the path that was meant
    return built;
  }
  if (node.rule() == Rule::report_declaration) {
    if (!find(children, Rule::string_literal)) return std::nullopt;
    return experiments_.build_report(node);
  }
  const auto name_node = find(children, Rule::declared_name);
  if (!name_node) return std::nullopt;
  const ast::Name name = name_of(*name_node);
  std::optional<ast::Name> base;
  if (const auto base_node = find(children, Rule::base_name)) base = name_of(*base_node);
  switch (node.rule()) {
    case Rule::let_declaration:
      return ast::LetDecl{name, exprs_.build_first(node)};
    case Rule::data_declaration:
      return ast::DataDecl{name, exprs_.build_first(node), experiments_.build_settings(node)};
    case Rule::metric_declaration:
      return ast::MetricDecl{name, build_parameters(node), experiments_.build_settings(node)};
    case Rule::recipe_declaration:
      return ast::RecipeDecl{name, base, experiments_.build_settings(node)};
    case Rule::experiment_declaration:
      return ast::ExperimentDecl{name, base, experiments_.build_experiment(node)};
    case Rule::model_declaration:
      return build_function(node, Kind::Model, name);
    case Rule::layer_declaration:
      return build_function(node, Kind::Layer, name);
    case Rule::fn_declaration:
      return build_function(node, Kind::Fn, name);
    case Rule::init_declaration:
      return build_function(node, Kind::Init, name);
    case Rule::loss_declaration:
      return build_function(node, Kind::Loss, name);
    case Rule::optimizer_declaration:
      return build_function(node, Kind::Optimizer, name);
    case Rule::schedule_declaration:
      return build_function(node, Kind::Schedule, name);
    default:
      return std::nullopt;
  }
}

ast::ImportDecl ModuleBuilder::build_import(const Cursor& node) {
  const Cursor path = node.children().front();
  return {read_string(text_of(path), span_of(path), sink()), span_of(path)};
}

// ---------------------------------------------------------------- functions

ast::FunctionDecl ModuleBuilder::build_function(const Cursor& node, ast::FunctionKind kind, ast::Name name) {
  ast::FunctionDecl function{kind, std::move(name), build_parameters(node), {}, false};
  function.body.span = span(node.node().end, node.node().end);
  for (const Cursor& child : node.children()) {
    if (child.rule() == Rule::block) {
      function.body = statements_.build_block(child);
    } else if (child.rule() == Rule::short_body) {
      function.is_short = true;
      function.body = statements_.build_short_body(child);
    }
  }
  return function;
}

std::vector<ast::Parameter> ModuleBuilder::build_parameters(const Cursor& declaration) {
  std::vector<ast::Parameter> parameters;
  for (const Cursor& child : declaration.children())
    if (child.rule() == Rule::parameters)
      for (const Cursor& parameter : find_all(child.children(), Rule::parameter))
        if (find(parameter.children(), Rule::name)) parameters.push_back(build_parameter(parameter));
  return parameters;
}

ast::Parameter ModuleBuilder::build_parameter(const Cursor& parameter) {
  const Cursors children = parameter.children();
  ast::Parameter result{name_of(*find(children, Rule::name)), {}, nullptr, span_of(parameter)};
  for (const Cursor& child : children) {
    if (child.broken()) continue;
    if (child.rule() == Rule::list_type || child.rule() == Rule::type_words)
      result.type = build_type(child);
    else if (child.rule() == Rule::expression)
      result.default_value = exprs_.build(child);
  }
  return result;
}

ast::TypeExpr ModuleBuilder::build_type(const Cursor& type) {
  const Cursors children = type.children();
  if (type.rule() == Rule::list_type)
    return {ast::ListType{std::make_unique<ast::TypeExpr>(build_type(children.front()))}, span_of(type)};
  if (children.size() == 1) return {ast::NamedType{std::string(text_of(children.front()))}, span_of(type)};
  ast::ChoiceType choices;
  for (const Cursor& word : children) choices.choices.push_back(name_of(word));
  return {std::move(choices), span_of(type)};
}

// ---------------------------------------------------------------- documentation

// The `##` lines that end on the line before the position, without the marks and the blanks at the end.
std::string ModuleBuilder::documentation_before(std::uint32_t position) const {
  const std::vector<TextRange>& comments = outline().comments;
  auto comment = std::ranges::lower_bound(comments, position, {}, &TextRange::begin);
  std::vector<std::string_view> lines;
  std::uint32_t below = position;
  while (comment != comments.begin()) {
    --comment;
    const std::string_view between = text().substr(comment->end, below - comment->end);
    const std::string_view line = text().substr(comment->begin, comment->end - comment->begin);
    const bool is_adjacent = std::ranges::count(between, '\n') == 1 &&
                             between.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (!is_adjacent || !line.starts_with("##") || !is_first_on_line(text(), comment->begin)) break;
    const std::string_view words = line.substr(line.size() > 2 && line[2] == ' ' ? 3 : 2);
    lines.push_back(words.substr(0, words.find_last_not_of(" \t\r") + 1));
    below = comment->begin;
  }
  std::string documentation;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (line != lines.rbegin()) documentation += '\n';
    documentation += *line;
  }
  return documentation;
}

}  // namespace

ast::Module build_module(const syntax::Tree& tree, const BuildInput& input) {
  return ModuleBuilder(input).build(Cursor(tree, 0));
}

}  // namespace nnc
