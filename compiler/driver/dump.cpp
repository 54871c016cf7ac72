// Text forms of the phases. The first three need only the text; the others need a study without errors and
// show one of its trials (--trial). With --json the first three print the diagnostics instead.
#include "compiler/driver/dump.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "compiler/driver/compile_trial.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/parse/parse.hpp"
#include "compiler/passes/passes.hpp"

namespace nnc {
namespace {

constexpr std::string_view kAfter = "after:";

int report_errors(Env& env, const Options& options, const Compilation& compilation) {
  show_diagnostics(env, options, compilation);
  if (options.json) *env.out << diagnostics_document(options, compilation);
  return compilation.sink.has_errors() ? kExitErrors : kExitOk;
}

int dump_syntax(Env& env, const Options& options, Compilation& compilation) {
  if (options.dump == "parse" && !options.json)
    *env.out << print_parse_tree(compilation.sources, compilation.main);
  const ParsedFile parsed = parse_file(compilation.sources, compilation.main, compilation.sink);
  if (options.dump == "ast" && !options.json) *env.out << ast::print_module(parsed.module);
  return report_errors(env, options, compilation);
}

// The graph as it was when a phase last left it: passes run until nothing changes.
Result<std::string> graph_text(const TrialCompiler& compiler, std::size_t trial, std::string_view wanted) {
  std::string text;
  const Result<ir::Graph> graph =
      compiler.graph(trial, rt::Phase::Train, [&](std::string_view phase, const ir::Graph& seen) {
        if (phase == wanted) text = ir::print_graph(seen);
      });
  if (!graph) return graph.failure();
  return text;
}

Result<std::string> plan_text(const TrialCompiler& compiler, const StudyPlan& plan, std::size_t trial) {
  const Result<rt::CompiledTrial> compiled = compiler.compile(trial);
  if (!compiled) return compiled.failure();
  return print_step_plan(compiled.value().plans(rt::Phase::Train, training_batch(plan, plan.trials[trial])));
}

Result<std::string> trial_text(const TrialCompiler& compiler, const StudyPlan& plan, std::size_t trial,
                               std::string_view phase) {
  if (phase == "plan") return plan_text(compiler, plan, trial);
  if (phase == "graph") return graph_text(compiler, trial, "lowered");
  return graph_text(compiler, trial, phase.substr(kAfter.size()));
}

int dump_trial(Env& env, const Options& options, Compilation& compilation) {
  const StudyPlan& plan = compilation.study->plan;
  if (options.trial < 1 || options.trial > static_cast<std::int64_t>(plan.trials.size())) {
    print_error(env, options,
                {fmt::format("there is no trial {}", options.trial),
                 fmt::format("{} has {}; see `nnc plan`", compilation.path,
                             count_text(static_cast<std::int64_t>(plan.trials.size()), "trial"))});
    return kExitUsage;
  }
  const TrialCompiler compiler(compilation.sources, compilation.program, *compilation.study);
  const Result<std::string> text =
      trial_text(compiler, plan, static_cast<std::size_t>(options.trial - 1), options.dump);
  if (!text) {
    print_error(env, options, text.failure());
    return kExitErrors;
  }
  *env.out << text.value();
  return kExitOk;
}

}  // namespace

std::vector<std::string> dump_phases() {
  std::vector<std::string> phases = {"parse",           "ast",          "checked", "study", "graph",
                                     "after:gradients", "after:updates"};
  for (const ir::Pass& pass : ir::pipeline()) phases.push_back(std::string(kAfter) + std::string(pass.name));
  phases.emplace_back("plan");
  return phases;
}

int dump_phase(Env& env, const Options& options) {
  auto opened = open_program(env, options);
  if (!opened) {
    print_error(env, options, opened.failure());
    return kExitUsage;
  }
  Compilation& compilation = *opened.value();
  if (options.dump == "parse" || options.dump == "ast") return dump_syntax(env, options, compilation);
  const bool checked = check_names_and_types(env, compilation);
  if (options.dump == "checked") {
    if (!options.json) *env.out << print_checked(compilation.sources, compilation.program);
    return report_errors(env, options, compilation);
  }
  if (!checked || !expand_study(options, compilation)) return report_errors(env, options, compilation);
  show_diagnostics(env, options, compilation);
  if (options.dump == "study") {
    *env.out << print_study(compilation.study->plan);
    return kExitOk;
  }
  return dump_trial(env, options, compilation);
}

}  // namespace nnc
