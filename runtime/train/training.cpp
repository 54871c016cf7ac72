// The loop: batches in a new order every epoch, validation after each, and the best state kept where the
// trial stops early. Once the first step runs, nothing is allocated until the last one is done.
#include "runtime/train/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/base/check.hpp"
#include "runtime/random/random.hpp"

namespace nnc::rt {
namespace {

constexpr std::chrono::milliseconds kProgressPause{100};
constexpr std::int64_t kReservedEpochs = 1 << 20;  // beyond, histories grow as they need to

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// A value that is not a number is never better, and everything else is better than it.
bool is_better(double value, double best, Direction better) {
  if (std::isnan(value)) return false;
  if (std::isnan(best)) return true;
  return better == Direction::Higher ? value > best : value < best;
}

}  // namespace

Training::Training(const TrialInputs& inputs, Machinery& machinery, TrialRecord& record)
    : inputs_(inputs), machinery_(machinery), record_(record), order_(inputs.samples.train) {
  const std::size_t batch = machinery.train.batch();
  total_steps_ = inputs.trial.epochs * static_cast<std::int64_t>((order_.size() + batch - 1) / batch);
  train_loss_ = start_history("train.loss");
  train_accuracy_ = start_history("train.accuracy");
  if (!inputs.samples.valid.empty()) {
    valid_loss_ = start_history("valid.loss");
    valid_accuracy_ = start_history("valid.accuracy");
  }
  if (!inputs.trial.stop) return;
  const auto watched = record.history.find(inputs.trial.stop->field);
  NNC_CHECK(watched != record.history.end(), inputs.trial.stop->field);
  watched_ = &watched->second;
}

Training::History* Training::start_history(const char* name) {
  History& history = record_.history[name];
  history.reserve(static_cast<std::size_t>(std::min(inputs_.trial.epochs, kReservedEpochs)));
  return &history;
}

bool Training::run() {
  record_.epochs = 0;
  for (std::int64_t epoch = 1; epoch <= inputs_.trial.epochs; ++epoch) {
    if (!run_epoch(epoch)) return false;
    record_.epochs = epoch;
    if (!goes_on()) break;
  }
  const bool kept_earlier = kept_epoch_ + 1 < train_loss_->size();
  if (kept_earlier) {
    std::memcpy(machinery_.state.data(), machinery_.best.data(), machinery_.best.size());
  }
  return true;
}

bool Training::run_epoch(std::int64_t epoch) {
  const Clock::time_point begin = Clock::now();
  shuffle_samples(epoch);
  means_ = {};
  for (std::span<const std::uint32_t> left = order_; !left.empty();) {
    PlanRunner& runner = machinery_.train.next(left.size());
    if (!run_step(runner, epoch, left.first(runner.batch()))) return false;
    left = left.subspan(runner.batch());
    show_progress(epoch, left.empty());
  }
  train_loss_->push_back(means_.loss());
  train_accuracy_->push_back(means_.accuracy());
  if (!validate()) return false;
  if (inputs_.events.epoch_ended) {
    inputs_.events.epoch_ended(inputs_.index, progress(epoch), seconds_since(begin));
  }
  return true;
}

// The order of an epoch depends on the seed, the epoch and the number of samples alone.
void Training::shuffle_samples(std::int64_t epoch) {
  if (!inputs_.trial.shuffle) return;
  shuffle({inputs_.trial.seed, Purpose::Shuffle, 0, static_cast<std::uint64_t>(epoch)}, order_);
  for (std::uint32_t& place : order_) place = inputs_.samples.train[place];
}

bool Training::run_step(PlanRunner& runner, std::int64_t epoch, std::span<const std::uint32_t> indices) {
  if (inputs_.stop.raised()) {
    interrupted_ = true;
    return false;
  }
  ++record_.steps_trained;
  runner.run(
      inputs_.data, inputs_.data.train, inputs_.samples.scale, indices,
      {inputs_.trial.seed, static_cast<std::uint64_t>(record_.steps_trained), inputs_.trial.rate(epoch)});
  const double loss = runner.loss();
  if (!std::isfinite(loss)) {
    record_.status = TrialStatus::Diverged;
    record_.reason =
        fmt::format("the loss was {} at step {}, in epoch {}", std::isnan(loss) ? "not a number" : "infinite",
                    record_.steps_trained, epoch);
    return false;
  }
  means_.add(runner, inputs_.data.train, indices, inputs_.data.classes.size());
  return true;
}

bool Training::validate() {
  if (valid_loss_ == nullptr) return true;
  const Clock::time_point begin = Clock::now();
  const std::optional<RunningMeans> means =
      measure_means(inputs_, machinery_.evaluate, {inputs_.data.train, inputs_.samples.valid},
                    static_cast<std::uint64_t>(record_.steps_trained));
  seconds_validated_ += seconds_since(begin);
  interrupted_ = !means.has_value();
  if (interrupted_) return false;
  valid_loss_->push_back(means->loss());
  valid_accuracy_->push_back(means->accuracy());
  return true;
}

// Keeps the state if it is the best so far; false if it has not become better for too long.
bool Training::goes_on() {
  const std::size_t epoch = train_loss_->size() - 1;
  if (watched_ == nullptr) {
    kept_epoch_ = epoch;
    return true;
  }
  const double value = watched_->back();
  if (epoch == 0 || is_better(value, best_, inputs_.trial.stop->better)) {
    best_ = value;
    kept_epoch_ = epoch;
    std::memcpy(machinery_.best.data(), machinery_.state.data(), machinery_.best.size());
    return true;
  }
  return static_cast<std::int64_t>(epoch - kept_epoch_) < inputs_.trial.stop->patience;
}

StepProgress Training::progress(std::int64_t epoch) const {
  return {epoch, inputs_.trial.epochs, record_.steps_trained, total_steps_, means_.loss(), means_.accuracy()};
}

void Training::show_progress(std::int64_t epoch, bool epoch_done) {
  if (!inputs_.events.progress) return;
  const Clock::time_point now = Clock::now();
  if (!epoch_done && now - last_progress_ < kProgressPause) return;
  last_progress_ = now;
  inputs_.events.progress(inputs_.index, progress(epoch));
}

}  // namespace nnc::rt
