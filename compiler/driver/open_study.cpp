// See open_study.hpp.
#include "compiler/driver/open_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "compiler/driver/output.hpp"
#include "compiler/driver/run_options.hpp"

namespace nnc {

std::unique_ptr<OpenStudy> open_study(Env& env, const Options& options, StoreUse use, int& exit_code) {
  auto study = std::make_unique<OpenStudy>();
  study->compilation = load_study(env, options, exit_code);
  if (study->compilation == nullptr) return nullptr;
  const Compilation& compilation = *study->compilation;
  study->store = open_store(env, options, compilation.path, use);
  if (study->store == nullptr) {
    exit_code = env.stop != nullptr && *env.stop ? kExitInterrupted : kExitUsage;
    return nullptr;
  }
  study->compiler =
      std::make_unique<TrialCompiler>(compilation.sources, compilation.program, *compilation.study);
  auto prepared = rt::PreparedStudy::make(study->plan(), study->compiler->for_runtime(),
                                          run_options(env, options, study->plan(), *study->store));
  if (!prepared) {
    print_error(env, options, prepared.failure());
    exit_code = kExitUsage;
    return nullptr;
  }
  study->prepared = std::move(prepared).value();
  return study;
}

static std::string trial_name(const TrialPlan& trial, bool several_seeds) {
  std::string name = trial.experiment;
  if (const std::string params = params_text(trial.params); !params.empty())
    name += fmt::format(" ({})", params);
  if (several_seeds) name += fmt::format(", seed {}", trial.seed);
  if (trial.fold)
    name += fmt::format(", fold {} of {}", *trial.fold + 1, trial.validation ? trial.validation->folds : 0);
  if (trial.refit) name += ", refit";
  return name;
}

std::vector<std::string> trial_names(const StudyPlan& plan) {
  std::map<std::string, std::set<std::uint64_t>> seeds;
  for (const TrialPlan& trial : plan.trials) seeds[trial.experiment].insert(trial.seed);
  std::vector<std::string> names;
  for (const TrialPlan& trial : plan.trials)
    names.push_back(trial_name(trial, seeds[trial.experiment].size() > 1));
  return names;
}

bool is_trial_number(const std::string& topic) {
  constexpr std::size_t kMostDigits = 6;
  return !topic.empty() && topic.size() <= kMostDigits &&
         topic.find_first_not_of("0123456789") == std::string::npos;
}

std::vector<std::size_t> find_trials(const OpenStudy& study, const std::string& topic) {
  const StudyPlan& plan = study.plan();
  const std::vector<std::string> names = trial_names(plan);
  std::size_t number = 0;
  if (is_trial_number(topic)) std::from_chars(topic.data(), topic.data() + topic.size(), number);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    if (number == i + 1 || plan.trials[i].experiment == topic || names[i] == topic) found.push_back(i);
  }
  if (!found.empty() || topic.empty()) return found;
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    if (study.prepared->work().identities[i].id.starts_with(topic) || plan.trials[i].id.starts_with(topic))
      found.push_back(i);
  }
  return found;
}

}  // namespace nnc
