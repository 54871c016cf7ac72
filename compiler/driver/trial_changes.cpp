// See trial_changes.hpp. Most fields of an identity speak for themselves; what is a hash there is explained
// by what is known of the trials beside it.
#include "compiler/driver/trial_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/base/number_text.hpp"

namespace nnc {
namespace {

std::string field_of(const rt::IdentityFields& fields, const std::string& name) {
  const auto found = std::ranges::find_if(fields, [&](const auto& field) { return field.first == name; });
  return found == fields.end() ? "" : found->second;
}

// The names of both, each once, in their order.
std::vector<std::string> names_of(const rt::IdentityFields& lhs, const rt::IdentityFields& rhs) {
  std::vector<std::string> names;
  for (const rt::IdentityFields* fields : {&lhs, &rhs}) {
    for (const auto& [name, value] : *fields) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

using Layers = std::vector<LayerSummary>;

bool alike(const LayerSummary& lhs, const LayerSummary& rhs) {
  return lhs.call == rhs.call && lhs.depth == rhs.depth;
}

// Lengths of longest common subsequences of the ends of both lists.
std::vector<std::vector<std::size_t>> common_lengths(const Layers& lhs, const Layers& rhs) {
  std::vector<std::vector<std::size_t>> lengths(lhs.size() + 1, std::vector<std::size_t>(rhs.size() + 1, 0));
  for (std::size_t i = lhs.size(); i-- > 0;) {
    for (std::size_t j = rhs.size(); j-- > 0;) {
      lengths[i][j] =
          alike(lhs[i], rhs[j]) ? lengths[i + 1][j + 1] + 1 : std::max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths;
}

// Layers that are in one of the models alone; where one took the place of another of its kind, they are told
// together.
std::vector<TrialChange> layer_changes(const Layers& before, const Layers& after) {
  const auto lengths = common_lengths(before, after);
  std::vector<TrialChange> changes;
  std::vector<const LayerSummary*> removed;
  std::vector<const LayerSummary*> added;
  const auto flush = [&] {
    for (const LayerSummary* layer : removed) {
      const auto other =
          std::ranges::find_if(added, [&](const auto* one) { return one->kind == layer->kind; });
      if (other == added.end()) {
        changes.push_back({"layer " + layer->name, layer->call, ""});
      } else {
        changes.push_back({"layer " + (*other)->name, layer->call, (*other)->call});
        added.erase(other);
      }
    }
    for (const LayerSummary* layer : added) changes.push_back({"layer " + layer->name, "", layer->call});
    removed.clear();
    added.clear();
  };
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    const bool both = i < before.size() && j < after.size();
    if (both && alike(before[i], after[j])) {
      flush();
      ++i;
      ++j;
    } else if (j == after.size() || (i < before.size() && lengths[i + 1][j] >= lengths[i][j + 1])) {
      removed.push_back(&before[i++]);
    } else {
      added.push_back(&after[j++]);
    }
  }
  flush();
  return changes;
}

void explain_model(const TrialFacts& before, const TrialFacts& after, std::vector<TrialChange>& changes) {
  std::vector<TrialChange> found = layer_changes(before.layers, after.layers);
  if (before.loss != after.loss) found.push_back({"loss", before.loss, after.loss});
  if (found.empty())
    found.push_back({"model", "other contents of a layer, a loss or an initial value", "these"});
  changes.insert(changes.end(), found.begin(), found.end());
}

// Of schedules of one form: for another number of epochs, or with another body.
TrialChange rates_change(const std::vector<double>& before, const std::vector<double>& after) {
  if (before.empty() || after.empty()) return {"schedule", "other rates", "these"};
  const auto [old_end, new_end] = std::ranges::mismatch(before, after);
  if (old_end != before.end() && new_end != after.end()) {
    return {"schedule",
            fmt::format("equal before epoch {}, there the learning rate times {:.6g}",
                        old_end - before.begin() + 1, *old_end),
            fmt::format("times {:.6g}", *new_end)};
  }
  const auto epochs = [](std::size_t count) { return count_text(static_cast<std::int64_t>(count), "epoch"); };
  return {"schedule", fmt::format("the rates of {}", epochs(before.size())),
          after.size() > before.size()
              ? fmt::format("the same, and of {} more", epochs(after.size() - before.size()))
              : fmt::format("the first {} of them", after.size())};
}

}  // namespace

TrialFacts facts_of(const rt::TrialRecord& record) {
  return {record.identity_fields, record.layers,   record.loss,
          record.optimizer,       record.schedule, record.rates};
}

TrialFacts facts_of(const TrialPlan& trial, rt::IdentityFields fields) {
  std::vector<double> rates;
  for (std::int64_t epoch = 1; trial.rates != nullptr && epoch <= trial.epochs; ++epoch)
    rates.push_back(trial.rate(epoch));
  return {std::move(fields), trial.layers, trial.loss, trial.optimizer, trial.schedule, std::move(rates)};
}

std::vector<TrialChange> find_changes(const TrialFacts& before, const TrialFacts& after) {
  std::vector<TrialChange> changes;
  for (const std::string& name : names_of(before.fields, after.fields)) {
    const std::string old_value = field_of(before.fields, name);
    const std::string new_value = field_of(after.fields, name);
    if (old_value == new_value) continue;
    if (name == "model") {
      explain_model(before, after, changes);
    } else if (name == "optimizer" && before.optimizer != after.optimizer) {
      changes.push_back({name, before.optimizer, after.optimizer});
    } else if (name == "optimizer") {
      // Also because the shapes of the weights changed, or because there is a schedule now: then that is
      // told.
      const bool told = field_of(before.fields, "model") != field_of(after.fields, "model") ||
                        before.schedule.empty() != after.schedule.empty();
      if (!told) changes.push_back({name, "other updates", "these"});
    } else if (name == "schedule" && before.schedule != after.schedule) {
      const auto shown = [](const std::string& schedule) { return schedule.empty() ? "none" : schedule; };
      changes.push_back({name, shown(before.schedule), shown(after.schedule)});
    } else if (name == "schedule") {
      changes.push_back(rates_change(before.rates, after.rates));
    } else if (name == "data") {
      changes.push_back(
          {name, "other contents " + old_value.substr(0, 8), "these " + new_value.substr(0, 8)});
    } else {
      changes.push_back({name, old_value, new_value});
    }
  }
  return changes;
}

std::size_t count_changed_fields(const rt::IdentityFields& lhs, const rt::IdentityFields& rhs) {
  std::size_t count = 0;
  for (const std::string& name : names_of(lhs, rhs))
    count += field_of(lhs, name) == field_of(rhs, name) ? 0 : 1;
  return count;
}

std::string change_text(const TrialChange& change) {
  if (change.before.empty()) return fmt::format("{}: new, {}", change.what, change.after);
  if (change.after.empty()) return fmt::format("{}: gone, {}", change.what, change.before);
  return fmt::format("{}: {} -> {}", change.what, change.before, change.after);
}

}  // namespace nnc
