// See reference_page.hpp.
#include "tests/audit/reference_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "compiler/base/diagnostic.hpp"
#include "compiler/base/optimizations.hpp"
#include "compiler/driver/diagnostic_pages.hpp"
#include "compiler/parse/keywords.hpp"
#include "compiler/parse/parse.hpp"
#include "compiler/sema/builtins.hpp"
#include "stdlib/stdlib.hpp"

namespace nnc::test {
namespace {

constexpr const char* kBegin =
    R"(<!-- Made from the tables and the standard library. To write it anew: NNC_BLESS=1 reference_audit -->
# Reference

What the language and its library know by name. [language.md](language.md) says how it is put together. A parameter with `=`
may be left out; `valid | same` is a choice of words.

)";

// In Markdown's tables a bar ends a cell.
std::string cell(std::string_view text) {
  std::string result;
  for (const char character : text) {
    if (character == '|') result += '\\';
    result += character;
  }
  return result;
}

std::string table(const char* titles, const std::vector<std::vector<std::string>>& rows) {
  std::string text = fmt::format("| {} |\n|", titles);
  for (std::size_t i = 0; i < rows.front().size(); ++i) text += "---|";
  text += "\n";
  for (const auto& row : rows) text += fmt::format("| {} |\n", fmt::join(row, " | "));
  return text + "\n";
}

// "dense(units: int, activation: layer = linear)": a declaration from its name to its body, on one line.
std::string signature_of(std::string_view text, const ast::Name& name) {
  std::string result;
  int depth = 0;
  for (const char character : text.substr(name.span.begin)) {
    if (depth == 0 && (character == '{' || character == '=' || character == '\n')) break;
    depth += character == '(' ? 1 : character == ')' ? -1 : 0;
    const bool blank = character == ' ' || character == '\n';
    if (!blank || !result.ends_with(' ')) result += blank ? ' ' : character;
  }
  return result.substr(0, result.find_last_not_of(' ') + 1);
}

// A docstring as a paragraph; its lines of shapes, which are indented, as code.
std::string prose_of(const std::string& doc) {
  std::string text;
  std::string shapes;
  std::size_t begin = 0;
  while (begin <= doc.size()) {
    const std::size_t end = std::min(doc.find('\n', begin), doc.size());
    const std::string line = doc.substr(begin, end - begin);
    const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
    if (first >= 2) {
      shapes += (shapes.empty() ? "" : "\n") + line.substr(first);
    } else {
      text += (text.empty() || line.empty() ? "" : "\n") + line.substr(first);
    }
    begin = end + 1;
  }
  return text + "\n" + (shapes.empty() ? "" : fmt::format("\n```\n{}\n```\n", shapes));
}

struct Section {
  const char* title;
  const char* file;
};
constexpr Section kLibrary[] = {
    {"Layers", "layers.nn"},   {"Activations", "activations.nn"}, {"Initialisers", "initializers.nn"},
    {"Losses", "losses.nn"},   {"Optimizers", "optimizers.nn"},   {"Schedules", "schedules.nn"},
    {"Metrics", "metrics.nn"},
};

std::string library_section(const Section& section) {
  std::string text = fmt::format("## {}\n\n", section.title);
  for (const EmbeddedFile& file : stdlib_files()) {
    if (file.path != section.file) continue;
    SourceMap sources;
    Sink sink;
    const FileId id = sources.add(section.file, std::string(file.text), true);
    const ParsedFile parsed = parse_file(sources, id, sink);
    for (const ast::Declaration& declaration : parsed.module.declarations) {
      const ast::Name* name = nullptr;
      if (const auto* function = std::get_if<ast::FunctionDecl>(&declaration.node)) name = &function->name;
      if (const auto* metric = std::get_if<ast::MetricDecl>(&declaration.node)) name = &metric->name;
      if (name == nullptr) continue;
      text += fmt::format("**`{}`**\n\n{}\n", signature_of(file.text, *name), prose_of(declaration.doc));
    }
  }
  return text;
}

std::string library_files() {
  std::string text = "Contents: ";
  for (const Section& section : kLibrary) {
    std::string anchor = section.title;
    std::ranges::transform(anchor, anchor.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    text += fmt::format("[{}](#{}) · ", section.title, anchor);
  }
  return text +
         "[Functions](#functions) · [Operations of the graph](#operations-of-the-graph) · "
         "[Results](#results) · "
         "[Words](#words) · [Optimizations](#optimizations) · [Diagnostics](#diagnostics)\n\n";
}

std::string functions() {
  std::vector<std::vector<std::string>> rows;
  for (const BuiltinInfo& info : all_builtins())
    rows.push_back(
        {fmt::format("`{}`", info.name), fmt::format("`{}`", cell(info.signature)), cell(info.doc)});
  return "## Functions\n\nKnown to the language itself; the library is made of them. `number|tensor` works "
         "on a number, or on "
         "each element of a tensor.\n\n" +
         table("name | parameters -> result |", rows);
}

std::string operations() {
  std::vector<std::vector<std::string>> rows = {
#define NNC_OP(name, text, arity, attributes, kind, gradient)                     \
  {"`" text "`", (arity) < 0 ? std::string("any") : std::to_string(arity), #kind, \
   std::string_view(#gradient) == "Vjp" ? "yes" : ""},
#include "compiler/ops/ops.def"
#undef NNC_OP
  };
  return "## Operations of the graph\n\nWhat a program becomes: `nnc check --dump=graph`. To add one: "
         "[extending.md](extending.md).\n\n" +
         table("operation | inputs | kind | has a gradient", rows);
}

std::string results() {
  std::vector<std::vector<std::string>> rows = {
#define NNC_RESULT_FIELD(enumerator, name, type, form, words) {"`" name "`", words},
#define NNC_METRIC_FIELD(name, form, words)
#include "compiler/plan/result_fields.def"
#undef NNC_RESULT_FIELD
#undef NNC_METRIC_FIELD
  };
  return "## Results\n\nOf every trial, beside the axes of its sweep, the loss and the metrics of its recipe "
         "(`test.accuracy`).\n\n" +
         table("result | shown as", rows);
}

std::string words() {
  struct Class {
    KeywordClass keyword_class;
    const char* what;
  };
  constexpr Class kClasses[] = {
      {KeywordClass::Reserved, "never a name"},
      {KeywordClass::Literal, "values"},
      {KeywordClass::Declaration, "begins a declaration"},
      {KeywordClass::Body, "begins a statement of a body"},
      {KeywordClass::Experiment, "begins a statement of an experiment"},
      {KeywordClass::Clause, "inside a statement"},
      {KeywordClass::ReportItem, "begins an entry of a report"},
      {KeywordClass::Type, "the type of a parameter"},
  };
  std::vector<std::vector<std::string>> rows;
  for (const Class& one : kClasses)
    rows.push_back({one.what, fmt::format("`{}`", fmt::join(keywords_of(one.keyword_class), "` `"))});
  return "## Words\n\n" + table("where | words", rows);
}

std::string optimizations() {
  std::vector<std::vector<std::string>> rows;
  for (const OptimizationInfo& info : all_optimizations())
    rows.push_back({fmt::format("`{}`", info.name), std::string(info.reason)});
  return "## Optimizations\n\nAll are on; `nnc run --without NAME` switches one off, to see what it "
         "brings.\n\n" +
         table("name | what it does", rows);
}

std::string diagnostics() {
  std::vector<std::vector<std::string>> rows;
  for (const DiagnosticInfo& info : all_diagnostics()) {
    rows.push_back({fmt::format("[{0}](diagnostics/{0}.md)", code_of(info)), std::string(info.name),
                    cell(page_title(diagnostic_page(info)))});
  }
  return "## Diagnostics\n\n`nnc explain CODE` shows the page of each, with a wrong and a right "
         "program.\n\n" +
         table("code | name | when", rows);
}

}  // namespace

std::string reference_page() {
  std::string page = kBegin + library_files();
  for (const Section& section : kLibrary) page += library_section(section);
  page += functions() + operations() + results() + words() + optimizations() + diagnostics();
  return page.substr(0, page.find_last_not_of('\n') + 1) + "\n";
}

}  // namespace nnc::test
