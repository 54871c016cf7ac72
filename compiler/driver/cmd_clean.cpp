// nnc clean, nnc verify: what the store need not keep, and whether what it keeps is intact.
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
#include "compiler/driver/store_access.hpp"

namespace nnc {
namespace {

// The trials of the store that the program of the command line does not have any more.
Result<std::vector<std::string>> other_trials(Env& env, const Options& options, rt::Store& store,
                                              int& exit_code) {
  std::set<std::string> own;
  std::set<std::string> own_refits;  // by what is trained: folds decide for how many epochs
  {
    const auto study = open_study(env, options, StoreUse::Read, exit_code);
    if (study == nullptr) return std::vector<std::string>{};
    const std::vector<rt::TrialIdentity>& identities = study->prepared->work().identities;
    for (std::size_t i = 0; i < identities.size(); ++i) {
      own.insert(identities[i].id);
      if (study->plan().trials[i].refit) own_refits.insert(identities[i].base);
    }
  }
  const auto trials = store.all();
  if (!trials) return trials.failure();
  std::vector<std::string> others;
  for (const rt::TrialRecord& trial : trials.value()) {
    const bool own_refit = trial.refit && own_refits.contains(trial.base);
    if (!own.contains(trial.identity) && !own_refit) others.push_back(trial.identity);
  }
  return others;
}

Result<rt::CleanRequest> read_request(Env& env, const Options& options, rt::Store& store, int& exit_code) {
  rt::CleanRequest request;
  request.checkpoints = options.checkpoints || options.all;
  if (options.all) {
    const auto trials = store.all();
    if (!trials) return trials.failure();
    for (const rt::TrialRecord& trial : trials.value()) request.trials.push_back(trial.identity);
  } else if (options.others) {
    auto others = other_trials(env, options, store, exit_code);
    if (!others) return others.failure();
    request.trials = std::move(others).value();
  }
  return request;
}

std::uint64_t all_bytes(const rt::StoreSizes& sizes) {
  return sizes.record_bytes + sizes.weight_bytes + sizes.prediction_bytes + sizes.checkpoint_bytes +
         sizes.leftover_bytes;
}

// What goes before the store is opened, if the disk is full.
rt::StoreSizes make_room(const Env& env, const Options& options) {
  using enum rt::ObjectKind;
  if (options.dry_run) return {};
  std::vector<rt::ObjectKind> unwanted;
  if (options.checkpoints) unwanted = {Checkpoint};
  if (options.all) unwanted = {Checkpoint, Weights, Predictions};
  return rt::Store::make_room(store_folder(env, options, options.file), unwanted);
}

}  // namespace

int cmd_clean(Env& env, const Options& options) {
  const rt::StoreSizes room = make_room(env, options);
  const auto store = open_store(env, options, options.file, StoreUse::Write);
  if (store == nullptr) return kExitUsage;
  int exit_code = kExitOk;
  const auto request = read_request(env, options, *store, exit_code);
  if (exit_code != kExitOk) return exit_code;
  if (!request) {
    print_error(env, options, request.failure());
    return kExitUsage;
  }
  auto before = store->sizes();
  auto removed = store->clean(request.value(), options.dry_run);
  tell_notices(env, *store);
  if (!before || !removed) {
    print_error(env, options, before ? removed.failure() : before.failure());
    return kExitUsage;
  }
  before.value() += room;
  removed.value() += room;
  if (options.json) {
    print_json(env, {{"store", store->folder()},
                     {"dry_run", options.dry_run},
                     {"trials", removed.value().trials},
                     {"bytes_before", all_bytes(before.value())},
                     {"bytes_removed", all_bytes(removed.value())}});
  } else if (!options.quiet) {
    *env.out << store->folder() << " has\n"
             << sizes_text(before.value()) << "\n"
             << (options.dry_run ? "would be removed\n" : "removed\n") << sizes_text(removed.value());
  }
  return kExitOk;
}

int cmd_verify(Env& env, const Options& options) {
  const auto store = open_store(env, options, options.file, StoreUse::Write);
  if (store == nullptr) return kExitUsage;
  const auto damages = store->verify();
  if (!damages) {
    print_error(env, options, damages.failure());
    return kExitUsage;
  }
  const auto trials = store->all();
  tell_notices(env, *store);
  const auto lost =
      std::ranges::count_if(damages.value(), [](const rt::StoreDamage& damage) { return !damage.repaired; });
  if (options.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const rt::StoreDamage& damage : damages.value()) {
      list.push_back({{"file", damage.file},
                      {"what", damage.what},
                      {"remedy", damage.remedy},
                      {"repaired", damage.repaired}});
    }
    print_json(env, {{"store", store->folder()}, {"damages", list}});
  } else if (!options.quiet) {
    for (const rt::StoreDamage& damage : damages.value())
      *env.out << fmt::format("{}: {}; {}\n", printable(damage.file), printable(damage.what),
                              printable(damage.remedy));
    *env.out << fmt::format("{}: {}, {} damaged, {} of them repaired\n", store->folder(),
                            count_text(trials ? std::ssize(trials.value()) : 0, "trial"),
                            damages.value().size(), std::ssize(damages.value()) - lost);
  }
  return lost > 0 ? kExitErrors : kExitOk;
}

}  // namespace nnc
