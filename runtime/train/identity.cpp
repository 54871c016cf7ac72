// See identity.hpp. A line per thing that counts, in a fixed order, hashed.
#include "runtime/train/identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>

#include "compiler/base/optimizations.hpp"
#include "compiler/plan/scale_name.hpp"
#include "runtime/data/sha256.hpp"
#include "runtime/data/split.hpp"
#include "runtime/kernels/kernels.hpp"
#include "runtime/train/mathematics.hpp"
#include "runtime/train/samples.hpp"

namespace nnc::rt {
namespace {

// Everything that describes a trial: what is added to one of these does not compile until it stands here,
// among what counts or what does not. What counts belongs into the lines below, and into the test of
// identities.
[[maybe_unused]] void all_is_classified(const TrialPlan& trial, const DataPlan& data,
                                        const RunOptions& options, const ProgramIdentity& program) {
  {
    // Not: id, experiment, params, model, loss, optimizer, schedule, parameters and layers are names of what
    // the program's identity, the rates and others here say; a refit differs in what it is trained on.
    [[maybe_unused]] const auto& [id, experiment, params, seed, validation, fold, refit, measures_test, stop,
                                  model, data_index, batch, epochs, shuffle, loss, optimizer, schedule, rates,
                                  metrics, parameters, layers] = trial;
  }
  {
    // All.
    [[maybe_unused]] const auto& [kind, folds, fraction, stratified, shuffle] = *trial.validation;
    [[maybe_unused]] const auto& [field, better, patience] = *trial.stop;
  }
  {
    // Not: better is only shown; needs_probabilities is checked before.
    [[maybe_unused]] const auto& [name, native, variant, better, needs_probabilities] = trial.metrics[0];
  }
  {
    // Not: name, folder, directory; sample_shape and the counts are those of the contents; classes by their
    // number.
    [[maybe_unused]] const auto& [name, folder, directory, classes, scale, sample_shape, train_count,
                                  test_count, class_count] = data;
  }
  {
    // Only reference_kernels and smoke.
    [[maybe_unused]] const auto& [reference_kernels, stop, jobs, cores, threads, smoke, store, reuse,
                                  keep_states, checkpoint_seconds, share] = options;
  }
  {
    // Not: form.
    [[maybe_unused]] const auto& [model, optimizer, form] = program;
  }
}

const char* better_word(Direction direction) { return direction == Direction::Higher ? "higher" : "lower"; }

std::size_t held_out_of(const TrialPlan& trial, std::size_t samples) {
  return trial.validation ? held_out(samples, *trial.validation, trial.fold.value_or(0)) : 0;
}

// What is not read does not count: the folds of a hold-out. A share of 1/3 and one of 0.3333 may hold out the
// same samples.
std::string split_text(const TrialPlan& trial, std::size_t samples) {
  if (!trial.validation) return "all";
  const ValidationPlan& plan = *trial.validation;
  const std::string kind = plan.kind == ValidationPlan::Kind::KFold
                               ? fmt::format("kfold {} of {}", trial.fold.value_or(0), plan.folds)
                               : fmt::format("holdout {} samples", held_out_of(trial, samples));
  return fmt::format("{}, stratified {}, shuffle {}", kind, plan.stratified, plan.shuffle);
}

// A batch of more samples than there are is one of all.
std::int64_t batch_of(const TrialPlan& trial, std::size_t samples) {
  const auto trained = static_cast<std::int64_t>(samples - held_out_of(trial, samples));
  return std::min(trial.batch, std::max<std::int64_t>(trained, 1));
}

std::string stop_text(const TrialPlan& trial) {
  if (!trial.stop) return "never";
  return fmt::format("{} {} {}", trial.stop->field, better_word(trial.stop->better), trial.stop->patience);
}

// The order in which metrics are written changes nothing, and neither does which of their values are better.
std::string metrics_text(const TrialPlan& trial) {
  std::set<std::string> metrics;
  for (const MetricPlan& metric : trial.metrics) {
    metrics.insert(fmt::format("{} {} {}; ", metric.name, metric.native, metric.variant));
  }
  std::string text;
  for (const std::string& metric : metrics) text += metric;
  return text;
}

std::size_t class_count(const DataPlan& data) {
  return data.classes.empty() ? static_cast<std::size_t>(data.class_count) : data.classes.size();
}

// Which bits the kernels give. Without fused multiply-add a machine has no fast ones, and uses the others.
const char* kernels_word(const RunOptions& options) {
  const bool fast = !options.reference_kernels && fast_kernels_f32()[OpKind::MatMul] != nullptr;
  return fast ? "fast" : "reference";
}

// What is trained.
IdentityFields base_fields(const TrialPlan& trial, const IdentityContext& context) {
  IdentityFields fields = {
      {"numerics", std::to_string(kNumerics)},
      {"kernels", kernels_word(context.options)},
      {"mathematics", mathematics()},
      {"data", std::string(context.data_sha256)},
      {"scale", std::string(scale_name(context.data.scale))},
      {"classes", std::to_string(class_count(context.data))},
      {"split", split_text(trial, context.train_samples)},
      {"seed", std::to_string(trial.seed)},
      {"batch", std::to_string(batch_of(trial, context.train_samples))},
      {"shuffle", trial.shuffle ? "true" : "false"},
      {"model", context.program.model},
      {"optimizer", context.program.optimizer},
  };
  if (const std::string off = switched_off(); !off.empty()) fields.emplace_back("without", off);
  if (context.options.smoke) {
    fields.emplace_back("smoke", fmt::format("{} {} {}", kSmokeTrain, kSmokeTest, kSmokePerClass));
  }
  return fields;
}

// Bit by bit, those of the epochs that are trained: where they come from changes nothing.
std::string rates_text(const TrialPlan& trial, std::int64_t epochs) {
  if (trial.rates == nullptr) return {};
  std::string text = "rates";
  bool all_one = true;
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    all_one = all_one && trial.rate(epoch) == 1;
    text += fmt::format(" {:016x}", std::bit_cast<std::uint64_t>(trial.rate(epoch)));
  }
  return all_one ? "" : text + "\n";
}

// How long it is trained, and what is measured of it.
IdentityFields outcome_fields(const TrialPlan& trial) {
  const std::string rates = rates_text(trial, trial.epochs);
  return {{"epochs", std::to_string(trial.epochs)},
          {"schedule", rates.empty() ? "constant" : sha256_of(rates)},
          {"stop", stop_text(trial)},
          {"test", trial.measures_test ? "true" : "false"},
          {"metrics", metrics_text(trial)}};
}

std::string text_of(const IdentityFields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) text.append(name).append(" ").append(value).append("\n");
  return text;
}

}  // namespace

IdentityFields identity_fields(const TrialPlan& trial, const IdentityContext& context) {
  IdentityFields fields = base_fields(trial, context);
  for (auto& field : outcome_fields(trial)) fields.push_back(std::move(field));
  return fields;
}

TrialIdentity identify_trial(const TrialPlan& trial, const IdentityContext& context) {
  TrialIdentity identity;
  identity.base = sha256_of(text_of(base_fields(trial, context)));
  identity.id = sha256_of(outcome_id(identity.base, trial) + "\n" + text_of(outcome_fields(trial)));
  return identity;
}

std::string state_id(std::string_view base, const TrialPlan& trial, std::int64_t epochs) {
  return sha256_of(fmt::format("base {}\nepochs {}\n{}", base, epochs, rates_text(trial, epochs)));
}

std::string outcome_id(std::string_view base, const TrialPlan& trial) {
  const std::string last = state_id(base, trial, trial.epochs);
  return trial.stop ? sha256_of(fmt::format("{}\nstop {}\n", last, stop_text(trial))) : last;
}

}  // namespace nnc::rt
