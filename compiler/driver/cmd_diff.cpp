// nnc diff: what has become of the trials of one program in another, and of what each begins with: initial
// weights and the order of samples.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/open_study.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/stored_trials.hpp"
#include "compiler/driver/study_cost.hpp"
#include "compiler/driver/trial_changes.hpp"
#include "runtime/train/beginnings.hpp"
#include "runtime/train/known_results.hpp"

namespace nnc {
namespace {

using Json = nlohmann::ordered_json;

struct ChangedTrial {
  std::string name;
  std::size_t before = 0;
  std::size_t after = 0;
  std::vector<TrialChange> changes;
};

struct Difference {
  std::int64_t same = 0;
  std::vector<std::pair<std::string, std::string>> renamed;  // equal trials with another place in the program
  std::vector<ChangedTrial> changed;
  std::vector<std::string> removed;
  std::vector<std::string> added;
  std::int64_t to_train = 0;  // trials of the second program that are not known
  std::int64_t known = 0;
  StudyCost cost;  // of the second program
};

// Trials by their place in the program, which is how people compare programs.
std::map<std::string, std::size_t> by_name(const std::vector<std::string>& names) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < names.size(); ++i) places.try_emplace(names[i], i);
  return places;
}

std::map<std::string, std::size_t> by_identity(const OpenStudy& study) {
  std::map<std::string, std::size_t> trials;
  const auto& identities = study.prepared->work().identities;
  for (std::size_t i = 0; i < identities.size(); ++i) trials.try_emplace(identities[i].id, i);
  return trials;
}

std::vector<TrialChange> changes_of(const OpenStudy& before, std::size_t old, const OpenStudy& after,
                                    std::size_t now) {
  const TrialPlan& old_plan = before.plan().trials[old];
  const TrialPlan& new_plan = after.plan().trials[now];
  return find_changes(facts_of(old_plan, before.prepared->fields(old, old_plan)),
                      facts_of(new_plan, after.prepared->fields(now, new_plan)));
}

Result<Difference> compare(const OpenStudy& before, const OpenStudy& after) {
  Difference difference;
  const std::vector<std::string> old_names = trial_names(before.plan());
  const std::vector<std::string> new_names = trial_names(after.plan());
  const auto old_places = by_name(old_names);
  const auto new_places = by_name(new_names);
  const auto old_trials = by_identity(before);
  const auto new_trials = by_identity(after);
  for (std::size_t i = 0; i < new_names.size(); ++i) {
    const std::string& identity = after.prepared->work().identities[i].id;
    const auto known = rt::find_known(*after.prepared, after.plan().trials[i], identity);
    if (!known) return known.failure();
    ++(known.value() ? difference.known : difference.to_train);
    const auto place = old_places.find(new_names[i]);
    const auto same = old_trials.find(identity);
    if (place != old_places.end() && before.prepared->work().identities[place->second].id == identity) {
      ++difference.same;
    } else if (place != old_places.end()) {
      difference.changed.push_back(
          {new_names[i], place->second, i, changes_of(before, place->second, after, i)});
    } else if (same != old_trials.end()) {
      ++difference.same;
      difference.renamed.emplace_back(old_names[same->second], new_names[i]);
    } else {
      difference.added.push_back(new_names[i]);
    }
  }
  for (std::size_t i = 0; i < old_names.size(); ++i) {
    const bool gone =
        !new_places.contains(old_names[i]) && !new_trials.contains(before.prepared->work().identities[i].id);
    if (gone) difference.removed.push_back(old_names[i]);
  }
  auto cost = cost_of(*after.prepared, {1, false, false});
  if (!cost) return cost.failure();
  difference.cost = std::move(cost).value();
  return difference;
}

// What a trial begins with, before and after: an empty hash where it was not there.
struct BeginningRow {
  std::string name;
  std::string before;
  std::string after;

  [[nodiscard]] const char* verdict() const {
    if (before.empty()) return "new";
    if (after.empty()) return "gone";
    return before == after ? "same" : "other";
  }
};

std::vector<BeginningRow> beginning_rows(const rt::Beginnings& before, const rt::Beginnings& after) {
  std::vector<BeginningRow> rows = {{"order of samples", before.order, after.order}};
  for (const auto& [name, hash] : after.weights) {
    const auto old = std::ranges::find_if(before.weights, [&](const auto& one) { return one.first == name; });
    rows.push_back({name, old == before.weights.end() ? "" : old->second, hash});
  }
  for (const auto& [name, hash] : before.weights) {
    const bool stays = std::ranges::any_of(after.weights, [&](const auto& one) { return one.first == name; });
    if (!stays) rows.push_back({name, hash, ""});
  }
  return rows;
}

std::string beginnings_text(const std::vector<BeginningRow>& rows) {
  Table table;
  table.column("begins with");
  table.column("before");
  table.column("after");
  table.column("");
  const auto shown = [](const std::string& hash) { return hash.empty() ? "-" : short_identity(hash); };
  for (const BeginningRow& row : rows)
    table.row({printable(row.name), shown(row.before), shown(row.after), row.verdict()});
  return table.to_string("    ");
}

Json beginnings_json(const rt::Beginnings& beginnings) {
  Json weights = Json::object();
  for (const auto& [name, hash] : beginnings.weights) weights[name] = hash;
  return {{"order", beginnings.order}, {"weights", weights}};
}

// More are not read by anybody; --json has them all.
constexpr std::size_t kMostShown = 12;

void print_list(std::ostream& out, const char* title, const std::vector<std::string>& names) {
  if (names.empty()) return;
  out << fmt::format("{}\n", title);
  for (std::size_t i = 0; i < std::min(names.size(), kMostShown); ++i)
    out << fmt::format("  {}\n", printable(names[i]));
  if (names.size() > kMostShown) out << fmt::format("  ... and {} more\n", names.size() - kMostShown);
}

// Trials that changed in the same way, with the beginnings of the first of them.
struct ChangeGroup {
  std::string key;
  std::string text;
  std::vector<std::string> names;
};

std::vector<ChangeGroup> group_changes(const Difference& difference, const OpenStudy& before,
                                       const OpenStudy& after) {
  std::vector<ChangeGroup> groups;
  for (const ChangedTrial& changed : difference.changed) {
    ChangeGroup one;
    for (const TrialChange& change : changed.changes)
      one.text += fmt::format("    {}\n", printable(change_text(change)));
    one.key = one.text;
    const auto old_beginnings = rt::find_beginnings(*before.prepared, changed.before);
    const auto new_beginnings = rt::find_beginnings(*after.prepared, changed.after);
    if (old_beginnings && new_beginnings) {
      const auto rows = beginning_rows(old_beginnings.value(), new_beginnings.value());
      for (const BeginningRow& row : rows) one.key += row.name + row.verdict();
      one.text += beginnings_text(rows);
    }
    auto group = std::ranges::find_if(groups, [&](const ChangeGroup& known) { return known.key == one.key; });
    if (group == groups.end()) group = groups.insert(groups.end(), std::move(one));
    group->names.push_back(changed.name);
  }
  return groups;
}

void print_difference(std::ostream& out, const Difference& difference, const OpenStudy& before,
                      const OpenStudy& after) {
  print_list(out, "removed", difference.removed);
  print_list(out, "added", difference.added);
  std::vector<std::string> renamed;
  for (const auto& [old_name, new_name] : difference.renamed) renamed.push_back(old_name + " -> " + new_name);
  print_list(out, "only called otherwise", renamed);
  for (const ChangeGroup& group : group_changes(difference, before, after)) {
    print_list(out, "changed", group.names);
    out << group.text;
  }
  const std::string left = epochs_left_text(difference.cost);
  out << fmt::format("{} the same, {} changed, {} added, {} removed; {} to train{}, {} already done\n",
                     count_text(difference.same, "trial"), difference.changed.size(), difference.added.size(),
                     difference.removed.size(), difference.to_train,
                     left.empty() ? "" : fmt::format(" in {}", left), difference.known);
}

Json difference_json(const Difference& difference, const OpenStudy& before, const OpenStudy& after) {
  Json changed = Json::array();
  for (const ChangedTrial& one : difference.changed) {
    Json changes = Json::array();
    for (const TrialChange& change : one.changes)
      changes.push_back({{"what", change.what}, {"before", change.before}, {"after", change.after}});
    Json entry = {{"trial", one.name}, {"changes", changes}};
    const auto old_beginnings = rt::find_beginnings(*before.prepared, one.before);
    const auto new_beginnings = rt::find_beginnings(*after.prepared, one.after);
    if (old_beginnings) entry["before"] = beginnings_json(old_beginnings.value());
    if (new_beginnings) entry["after"] = beginnings_json(new_beginnings.value());
    changed.push_back(std::move(entry));
  }
  return {{"same", difference.same},
          {"renamed", difference.renamed},
          {"changed", changed},
          {"removed", difference.removed},
          {"added", difference.added},
          {"to_train", difference.to_train},
          {"known", difference.known},
          {"epochs", difference.cost.epochs},
          {"epochs_declared", difference.cost.epochs_open}};
}

}  // namespace

int cmd_diff(Env& env, const Options& options) {
  int exit_code = kExitOk;
  const auto before = open_study(env, options, StoreUse::Read, exit_code);
  if (before == nullptr) return exit_code;
  Options second = options;
  second.file = options.other;
  const auto after = open_study(env, second, StoreUse::Read, exit_code);
  if (after == nullptr) return exit_code;
  const auto difference = compare(*before, *after);
  if (!difference) {
    print_error(env, options, difference.failure());
    return kExitUsage;
  }
  if (options.json) {
    print_json(env, difference_json(difference.value(), *before, *after));
  } else {
    print_difference(*env.out, difference.value(), *before, *after);
  }
  return kExitOk;
}

}  // namespace nnc
