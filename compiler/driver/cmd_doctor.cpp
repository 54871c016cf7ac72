// nnc doctor: what this machine has, what nnc does with it, and what to do about what is missing.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/examinations.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/store_access.hpp"

namespace nnc {
namespace {

const char* state_word(Finding::State state) {
  switch (state) {
    case Finding::State::Ok:
      return "ok";
    case Finding::State::Warning:
      return "warning";
    case Finding::State::Error:
      return "error";
  }
  return "";
}

std::string painted(const Env& env, const Options& options, Finding::State state) {
  const std::string word = fmt::format("{:<7}", state_word(state));
  if (!use_color(env, options, env.out_is_terminal)) return word;
  const char* color = state == Finding::State::Ok ? "32" : state == Finding::State::Warning ? "1;33" : "1;31";
  return fmt::format("\x1b[{}m{}\x1b[0m", color, word);
}

void print_findings(Env& env, const Options& options, const std::vector<Finding>& findings) {
  std::size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.subject.size());
  for (const Finding& finding : findings) {
    if (options.quiet && finding.state == Finding::State::Ok) continue;
    *env.out << fmt::format("{}  {:<{}}  {}\n", painted(env, options, finding.state), finding.subject, width,
                            printable(finding.what));
    if (!finding.help.empty())
      *env.out << fmt::format("{:>{}}  help: {}\n", "", 9 + width, printable(finding.help));
  }
}

nlohmann::ordered_json findings_json(const std::vector<Finding>& findings) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Finding& finding : findings) {
    all.push_back({{"subject", finding.subject},
                   {"state", state_word(finding.state)},
                   {"what", finding.what},
                   {"help", finding.help}});
  }
  return all;
}

}  // namespace

int cmd_doctor(Env& env, const Options& options) {
  if (!check_file(env, options)) return kExitUsage;
  const std::vector<Finding> findings = {
      examine_version(),        examine_processor(env),
      examine_memory(),         examine_store(store_folder(env, options, options.file)),
      examine_charts(),         examine_data("/usr/share/datasets"),
      examine_completions(env), examine_editors(env),
  };
  const bool good =
      std::ranges::none_of(findings, [](const Finding& one) { return one.state == Finding::State::Error; });
  if (options.json) {
    print_json(env, {{"good", good}, {"findings", findings_json(findings)}});
  } else {
    print_findings(env, options, findings);
  }
  return good ? kExitOk : kExitErrors;
}

}  // namespace nnc
