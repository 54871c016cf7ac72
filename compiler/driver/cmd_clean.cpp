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

// Adds the trials of the store that the program of the command line does not have any more, and the states of
// training that none of its trials goes through.
Status add_others(Env& env, const Options& options, rt::Store& store, rt::CleanRequest& request,
                  int& exit_code) {
  std::set<std::string> own;
  std::set<std::string> own_bases;
  std::set<std::string> own_refits;  // by what is trained: folds decide for how many epochs
  {
    const auto study = open_study(env, options, StoreUse::Read, exit_code);
    if (study == nullptr) return Done{};
    const std::vector<rt::TrialIdentity>& identities = study->prepared->work().identities;
    for (std::size_t i = 0; i < identities.size(); ++i) {
      own.insert(identities[i].id);
      own_bases.insert(identities[i].base);
      if (study->plan().trials[i].refit) own_refits.insert(identities[i].base);
    }
  }
  const auto trials = store.all();
  if (!trials) return trials.failure();
  for (const rt::TrialRecord& trial : trials.value()) {
    const bool own_refit = trial.refit && own_refits.contains(trial.base);
    if (!own.contains(trial.identity) && !own_refit) request.trials.push_back(trial.identity);
  }
  const auto states = store.all_checkpoints();
  if (!states) return states.failure();
  for (const rt::CheckpointInfo& state : states.value()) {
    if (!own_bases.contains(state.base)) request.states.push_back(state.state);
  }
  return Done{};
}

Result<rt::CleanRequest> read_request(Env& env, const Options& options, rt::Store& store, int& exit_code) {
  rt::CleanRequest request;
  request.checkpoints = options.checkpoints || options.all;
  if (options.all) {
    // Also those of other versions of nnc.
    request.trials = store.identities();
  } else if (options.others) {
    if (const Status added = add_others(env, options, store, request, exit_code); !added)
      return added.failure();
  }
  return request;
}

std::uint64_t all_bytes(const rt::StoreSizes& sizes) {
  return sizes.record_bytes + sizes.weight_bytes + sizes.prediction_bytes + sizes.checkpoint_bytes +
         sizes.leftover_bytes;
}

// "weights/3f2a.safetensors: weights of trial 3f2a9b1c (dropout rate=0.2, seed 1), damaged; trained again
// only if a program needs it"
std::string damage_text(const rt::StoreDamage& damage) {
  const bool says_how = damage.unreadable || damage.what.find("missing") != std::string::npos;
  return fmt::format("{}: {}{}; {}\n", printable(damage.file), printable(damage.what),
                     says_how ? "" : ", damaged", printable(damage.remedy));
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
  if (!check_file(env, options)) return kExitUsage;
  const rt::StoreSizes room = make_room(env, options);
  const auto store = open_kept(env, options, StoreUse::Write);
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
  const auto store = open_kept(env, options, StoreUse::Write);
  if (store == nullptr) return kExitUsage;
  const auto damages = store->verify();
  if (!damages) {
    print_error(env, options, damages.failure());
    return kExitUsage;
  }
  const auto sizes = store->sizes();
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
    for (const rt::StoreDamage& damage : damages.value()) *env.out << damage_text(damage);
    *env.out << store->folder() << ": ";
    if (sizes) {
      const rt::StoreSizes& all = sizes.value();
      *env.out << fmt::format(
          "{} in {}; ", count_text(all.trials, "trial"),
          count_text(all.trials + all.weights + all.predictions + all.checkpoints, "file"));
    }
    const auto unreadable = std::ranges::count_if(damages.value(), &rt::StoreDamage::unreadable);
    *env.out << fmt::format("{} damaged, {} of them repaired",
                            count_text(std::ssize(damages.value()) - unreadable, "file"),
                            std::ssize(damages.value()) - lost);
    if (unreadable > 0) *env.out << fmt::format(", {} that cannot be read", unreadable);
    *env.out << "\n";
  }
  return lost > 0 ? kExitErrors : kExitOk;
}

}  // namespace nnc
