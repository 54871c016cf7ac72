// nnc why: which trials of a program have to be trained, and what makes each different from the most similar
// one that is known.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/open_study.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/stored_trials.hpp"
#include "compiler/driver/study_cost.hpp"
#include "compiler/driver/trial_changes.hpp"
#include "runtime/train/known_results.hpp"

namespace nnc {
namespace {

// Of those that are known more are not read by anybody; --json has them all.
constexpr std::size_t kMostKnown = 100;

struct Answer {
  std::string name;
  std::string identity;
  bool known = false;
  std::optional<rt::TrialRecord> nearest;
  std::vector<TrialChange> changes;  // from the nearest one
  std::int64_t known_epochs = 0;     // on its way, which it need not train
};

// Without a word all that will be trained for sure. Ascending.
std::vector<std::size_t> chosen_trials(const OpenStudy& study, const std::string& topic) {
  if (!topic.empty()) return find_trials(study, topic);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < study.plan().trials.size(); ++i) {
    if (!study.plan().trials[i].refit) chosen.push_back(i);
  }
  return chosen;
}

Result<Answer> explain(const OpenStudy& study, std::size_t index, const std::string& name,
                       const std::vector<rt::TrialRecord>& stored, const std::set<std::string>& in_program) {
  const TrialPlan& trial = study.plan().trials[index];
  Answer answer;
  answer.name = name;
  answer.identity = study.prepared->work().identities[index].id;
  const auto known = rt::find_known(*study.prepared, trial, answer.identity);
  if (!known) return known.failure();
  answer.known = known.value().has_value();
  if (answer.known) return answer;
  const rt::IdentityFields fields = study.prepared->fields(index, trial);
  const rt::TrialRecord* nearest = find_nearest(stored, fields, trial.experiment, in_program);
  if (nearest == nullptr) return answer;
  answer.nearest = *nearest;
  answer.changes = find_changes(facts_of(*nearest), facts_of(trial, fields));
  return answer;
}

std::string answer_text(const Answer& answer) {
  const std::string head = fmt::format("{}  {}", short_identity(answer.identity), printable(answer.name));
  if (answer.known) return head + ": known\n";
  if (!answer.nearest) return head + ": new, no trial is known\n";
  const std::string like =
      fmt::format("{} {}", short_identity(answer.nearest->identity), printable(stored_name(*answer.nearest)));
  if (answer.changes.empty())
    return head +
           fmt::format(
               ": its result is known, but files of {} are missing or damaged: it is measured again from its "
               "weights, or trained again\n",
               like);
  std::string text = head + fmt::format(": new, most like {}\n", like);
  for (const TrialChange& change : answer.changes)
    text += fmt::format("  {}\n", printable(change_text(change)));
  if (answer.known_epochs > 0)
    text += fmt::format("  goes on after epoch {}, whose state is kept\n", answer.known_epochs);
  return text;
}

nlohmann::ordered_json answer_json(const Answer& answer) {
  nlohmann::ordered_json changes = nlohmann::ordered_json::array();
  for (const TrialChange& change : answer.changes)
    changes.push_back({{"what", change.what}, {"before", change.before}, {"after", change.after}});
  return {{"trial", answer.name},
          {"identity", answer.identity},
          {"known", answer.known},
          {"known_epochs", answer.known_epochs},
          {"nearest",
           answer.nearest ? nlohmann::ordered_json(answer.nearest->identity) : nlohmann::ordered_json()},
          {"changes", changes}};
}

}  // namespace

int cmd_why(Env& env, const Options& asked) {
  Options options = asked;
  // `nnc why study.nn`: a file, and no trial.
  if (options.file.empty() && options.topic.ends_with(".nn")) std::swap(options.file, options.topic);
  int exit_code = kExitOk;
  const auto study = open_study(env, options, StoreUse::Read, exit_code);
  if (study == nullptr) return exit_code;
  const std::vector<std::size_t> chosen = chosen_trials(*study, options.topic);
  if (chosen.empty() && options.topic.empty()) {
    print_error(env, options,
                {fmt::format("{} has no experiment, and so no trials", study->compilation->path),
                 "add one: `experiment first { train MODEL() on DATA with RECIPE }`"});
    return kExitErrors;
  }
  if (chosen.empty()) {
    print_error(env, options,
                {fmt::format("there is no trial `{}`", options.topic),
                 "give its number in `nnc plan`, an experiment, or the beginning of an identity"});
    return kExitUsage;
  }
  const auto stored = study->store->all();
  if (!stored) {
    print_error(env, options, stored.failure());
    return kExitUsage;
  }
  const std::vector<std::string> names = trial_names(study->plan());
  std::set<std::string> in_program;
  for (const rt::TrialIdentity& identity : study->prepared->work().identities) in_program.insert(identity.id);
  const auto cost = cost_of(*study->prepared, {1, false, false});
  if (!cost) {
    print_error(env, options, cost.failure());
    return kExitUsage;
  }
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  std::size_t known = 0;
  for (const std::size_t index : chosen) {
    auto answer = explain(*study, index, names[index], stored.value(), in_program);
    if (!answer) {
      print_error(env, options, answer.failure());
      return kExitUsage;
    }
    known += answer.value().known ? 1 : 0;
    if (!answer.value().known) answer.value().known_epochs = cost.value().trials[index].known_epochs;
    all.push_back(answer_json(answer.value()));
    if (!options.json && (!answer.value().known || known <= kMostKnown))
      *env.out << answer_text(answer.value());
  }
  if (options.json) {
    print_json(env, {{"trials", all}});
  } else {
    if (known > kMostKnown) *env.out << fmt::format("... and {} more that are known\n", known - kMostKnown);
    const std::string left = options.topic.empty() ? epochs_left_text(cost.value()) : "";
    *env.out << fmt::format("{} of {} known{}\n", known, count_text(std::ssize(chosen), "trial"),
                            left.empty() ? "" : fmt::format(", {} to train", left));
  }
  return kExitOk;
}

}  // namespace nnc
