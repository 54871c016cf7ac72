// nnc explain: the page of a diagnostic (docs/diagnostics, part of the binary), what a name of the library
// is, or the list of all diagnostics.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "compiler/base/sink.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/diagnostic_pages.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/lsp/describe.hpp"
#include "compiler/sema/builtins.hpp"

namespace nnc {

namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char character) { return static_cast<char>(std::tolower(character)); });
  return text;
}

// By code, number or name, whatever the case: E0301, e301, 301, WrongType.
const DiagnosticInfo* find_kind(const std::string& topic) {
  const std::string wanted = lower_case(topic);
  const std::size_t digits = wanted.starts_with("e") || wanted.starts_with("w") ? 1 : 0;
  const bool number = wanted.size() > digits && wanted.size() - digits <= 4 &&
                      wanted.find_first_not_of("0123456789", digits) == std::string::npos;
  for (const DiagnosticInfo& info : all_diagnostics()) {
    if (wanted == lower_case(std::string(info.name)) || wanted == lower_case(code_of(info))) return &info;
    if (number && std::stoi(wanted.substr(digits)) == info.number) return &info;
  }
  return nullptr;
}

void list_kinds(Env& env, const Options& options) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const DiagnosticInfo& info : all_diagnostics()) {
    all.push_back({{"code", code_of(info)}, {"name", info.name}});
    if (!options.json) *env.out << fmt::format("{}  {}\n", code_of(info), info.name);
  }
  if (options.json) print_json(env, {{"diagnostics", all}});
}

// "E0404" of "error[E0404]" and "error[E0404]: message", as somebody copies it.
std::string without_severity(const std::string& topic) {
  const std::size_t open = topic.find('[');
  const std::size_t close = topic.find(']', std::min(open, topic.size()));
  const bool copied = topic.starts_with("error[") || topic.starts_with("warning[");
  return copied && close != std::string::npos ? topic.substr(open + 1, close - open - 1) : topic;
}

bool is_code(const std::string& topic) {
  const std::size_t letter = std::string_view("EeWw").find(topic.front()) != std::string_view::npos ? 1 : 0;
  return topic.size() > letter && topic.find_first_not_of("0123456789", letter) == std::string::npos;
}

// What the language and its library know by name, as Markdown; "" if they do not know it.
std::string library_page(const lsp::Analysis& library, const std::string& name) {
  const auto declared = library.program.library_names.find(name);
  if (declared != library.program.library_names.end())
    return lsp::describe_declaration(library, *declared->second) + "\n";
  const BuiltinInfo* builtin = find_builtin(name);
  return builtin == nullptr ? "" : lsp::describe_builtin(*builtin) + "\n";
}

Failure unknown_topic(const lsp::Analysis& library, const std::string& topic) {
  std::vector<std::string> names;
  for (const DiagnosticInfo& kind : all_diagnostics()) {
    names.push_back(code_of(kind));
    names.emplace_back(kind.name);
  }
  for (const auto& [name, declaration] : library.program.library_names) names.push_back(name);
  for (const BuiltinInfo& builtin : all_builtins()) names.emplace_back(builtin.name);
  std::string hint = did_you_mean_hint(topic, names);
  if (hint.empty()) hint = "`nnc explain` lists all codes; docs/reference.md the library";
  return {is_code(topic) ? fmt::format("there is no diagnostic `{}`", topic)
                         : fmt::format("no diagnostic and nothing in the library is called `{}`", topic),
          hint};
}

// Into a pipe a page stays Markdown; a person reads its programs without their fences.
std::string for_reading(const std::string& page) {
  std::string text;
  bool in_program = false;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      in_program = !in_program;
      if (const std::size_t word = line.find(' '); in_program && word != std::string::npos)
        text += line.substr(word + 1) + ":\n";
      continue;
    }
    if (!in_program && line.ends_with("\\")) line.pop_back();  // a break of the line
    text += (in_program && !line.empty() ? "    " : "") + line + "\n";
  }
  return text;
}

}  // namespace

int cmd_explain(Env& env, const Options& options) {
  if (options.topic.empty()) {
    list_kinds(env, options);
    return kExitOk;
  }
  const std::string topic = without_severity(options.topic);
  nlohmann::ordered_json object;
  std::string page;
  if (const DiagnosticInfo* info = find_kind(topic)) {
    page = diagnostic_page(*info);
    object = {{"code", code_of(*info)}, {"name", info->name}, {"text", page}};
  } else {
    const auto library = lsp::analyse_names("explain.nn", "", env.read_file);
    page = library_page(*library, topic);
    if (page.empty()) {
      print_error(env, options, unknown_topic(*library, topic));
      return kExitUsage;
    }
    object = {{"name", topic}, {"text", page}};
  }
  if (options.json) {
    print_json(env, object);
  } else {
    *env.out << (env.out_is_terminal ? for_reading(page) : page);
  }
  return kExitOk;
}

}  // namespace nnc
