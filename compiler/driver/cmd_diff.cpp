// nnc diff: what has become of the trials of one program in another, and of what each begins with: initial weights and
// the order of samples.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/open_study.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/stored_trials.hpp"
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
};

using ByIdentity = std::map<std::string, std::size_t>;

ByIdentity by_identity(const OpenStudy& study) {
  ByIdentity trials;
  const auto& identities = study.prepared->work().identities;
  for (std::size_t i = 0; i < identities.size(); ++i) trials.try_emplace(identities[i].id, i);
  return trials;
}

Result<Difference> compare(const OpenStudy& before, const OpenStudy& after) {
  Difference difference;
  const std::vector<std::string> old_names = trial_names(before.plan());
  const std::vector<std::string> new_names = trial_names(after.plan());
  const ByIdentity old_trials = by_identity(before);
  const ByIdentity new_trials = by_identity(after);
  std::map<std::string, std::size_t> old_places;  // those that are gone
  for (std::size_t i = 0; i < old_names.size(); ++i) {
    if (!new_trials.contains(before.prepared->work().identities[i].id)) old_places.try_emplace(old_names[i], i);
  }
  for (std::size_t i = 0; i < new_names.size(); ++i) {
    const std::string& identity = after.prepared->work().identities[i].id;
    const auto known = rt::find_known(*after.prepared, after.plan().trials[i], identity);
    if (!known) return known.failure();
    ++(known.value() ? difference.known : difference.to_train);
    if (const auto same = old_trials.find(identity); same != old_trials.end()) {
      ++difference.same;
      if (std::ranges::find(old_names, new_names[i]) == old_names.end())
        difference.renamed.emplace_back(old_names[same->second], new_names[i]);
    } else if (const auto place = old_places.find(new_names[i]); place != old_places.end()) {
      const std::size_t old = place->second;
      difference.changed.push_back(
          {new_names[i], old, i,
           find_changes(facts_of(before.plan().trials[old], before.prepared->fields(old, before.plan().trials[old])),
                        facts_of(after.plan().trials[i], after.prepared->fields(i, after.plan().trials[i])))});
      old_places.erase(place);
    } else {
      difference.added.push_back(new_names[i]);
    }
  }
  for (const auto& [name, index] : old_places) difference.removed.push_back(name);
  return difference;
}

// A line for each initial weight and for the order of samples: the same, or not.
std::string beginnings_text(const rt::Beginnings& before, const rt::Beginnings& after) {
  Table table;
  table.column("begins with");
  table.column("before");
  table.column("after");
  table.column("");
  const auto row = [&](const std::string& name, const std::string& old_hash, const std::string& new_hash) {
    const char* verdict = old_hash.empty() ? "new" : new_hash.empty() ? "gone" : old_hash == new_hash ? "same" : "other";
    table.row({printable(name), old_hash.empty() ? "-" : short_identity(old_hash), new_hash.empty() ? "-" : short_identity(new_hash), verdict});
  };
  row("order of samples", before.order, after.order);
  for (const auto& [name, hash] : after.weights) {
    const auto old = std::ranges::find_if(before.weights, [&](const auto& one) { return one.first == name; });
    row(name, old == before.weights.end() ? "" : old->second, hash);
  }
  for (const auto& [name, hash] : before.weights) {
    const bool stays = std::ranges::any_of(after.weights, [&](const auto& one) { return one.first == name; });
    if (!stays) row(name, hash, "");
  }
  return table.to_string("    ");
}

Json beginnings_json(const rt::Beginnings& beginnings) {
  Json weights = Json::object();
  for (const auto& [name, hash] : beginnings.weights) weights[name] = hash;
  return {{"order", beginnings.order}, {"weights", weights}};
}

// More are not read by anybody; --json has them all.
constexpr std::size_t kMostShown = 40;

void print_list(std::ostream& out, const char* title, const std::vector<std::string>& names) {
  if (names.empty()) return;
  out << fmt::format("{}\n", title);
  for (std::size_t i = 0; i < std::min(names.size(), kMostShown); ++i) out << fmt::format("  {}\n", printable(names[i]));
  if (names.size() > kMostShown) out << fmt::format("  ... and {} more\n", names.size() - kMostShown);
}

void print_difference(std::ostream& out, const Difference& difference, const OpenStudy& before, const OpenStudy& after) {
  print_list(out, "removed", difference.removed);
  print_list(out, "added", difference.added);
  std::vector<std::string> renamed;
  for (const auto& [old_name, new_name] : difference.renamed) renamed.push_back(old_name + " -> " + new_name);
  print_list(out, "only called otherwise", renamed);
  if (!difference.changed.empty()) out << "changed\n";
  std::string shown;  // beginnings are the same for most trials of a change
  for (std::size_t i = 0; i < std::min(difference.changed.size(), kMostShown); ++i) {
    const ChangedTrial& changed = difference.changed[i];
    out << fmt::format("  {}\n", printable(changed.name));
    for (const TrialChange& change : changed.changes) out << fmt::format("    {}\n", printable(change_text(change)));
    const auto old_beginnings = rt::find_beginnings(*before.prepared, changed.before);
    const auto new_beginnings = rt::find_beginnings(*after.prepared, changed.after);
    if (!old_beginnings || !new_beginnings) continue;
    const std::string text = beginnings_text(old_beginnings.value(), new_beginnings.value());
    if (text != shown) out << text;
    shown = text;
  }
  if (difference.changed.size() > kMostShown) out << fmt::format("  ... and {} more\n", difference.changed.size() - kMostShown);
  out << fmt::format("{} the same, {} changed, {} added, {} removed; {} to train, {} already done\n",
                     count_text(difference.same, "trial"), difference.changed.size(), difference.added.size(),
                     difference.removed.size(), difference.to_train, difference.known);
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
  return {{"same", difference.same},   {"renamed", difference.renamed}, {"changed", changed},
          {"removed", difference.removed}, {"added", difference.added}, {"to_train", difference.to_train},
          {"known", difference.known}};
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
    *env.out << difference_json(difference.value(), *before, *after).dump(2) << "\n";
  } else {
    print_difference(*env.out, difference.value(), *before, *after);
  }
  return kExitOk;
}

}  // namespace nnc
