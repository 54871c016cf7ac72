// nnc explain: the page of a diagnostic (docs/diagnostics, part of the binary), or the list of all.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <ostream>

#include "compiler/base/sink.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/diagnostic_pages.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"

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

}  // namespace

int cmd_explain(Env& env, const Options& options) {
  if (options.topic.empty()) {
    list_kinds(env, options);
    return kExitOk;
  }
  const DiagnosticInfo* info = find_kind(options.topic);
  if (info == nullptr) {
    std::vector<std::string> names;
    for (const DiagnosticInfo& kind : all_diagnostics()) {
      names.push_back(code_of(kind));
      names.emplace_back(kind.name);
    }
    std::string hint = did_you_mean_hint(options.topic, names);
    if (hint.empty()) hint = "`nnc explain` lists all codes";
    print_error(env, options, {fmt::format("there is no diagnostic `{}`", options.topic), hint});
    return kExitUsage;
  }
  if (options.json) {
    print_json(env, {{"code", code_of(*info)}, {"name", info->name}, {"text", diagnostic_page(*info)}});
  } else {
    *env.out << diagnostic_page(*info);
  }
  return kExitOk;
}

}  // namespace nnc
