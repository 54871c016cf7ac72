// The loop: batches in a new order every epoch, validation after each, and the best state kept where a trial
// stops early. Once the first step runs, nothing is allocated until a trial has its result.
#include "runtime/train/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "compiler/base/check.hpp"
#include "runtime/random/random.hpp"
#include "runtime/train/elapsed.hpp"

namespace nnc::rt {
namespace {

constexpr std::chrono::milliseconds kProgressPause{100};
constexpr std::int64_t kReservedEpochs = 1 << 20;  // beyond, histories grow as they need to

// A value that is not a number is never better, and everything else is better than it.
bool is_better(double value, double best, Direction better) {
  if (std::isnan(value)) return false;
  if (std::isnan(best)) return true;
  return better == Direction::Higher ? value > best : value < best;
}

}  // namespace

// The order of an epoch depends on the seed, the epoch and the number of samples alone.
void order_samples(const TrialPlan& trial, const TrialSamples& samples, std::int64_t epoch,
                   std::vector<std::uint32_t>& order) {
  if (!trial.shuffle) return;
  shuffle({trial.seed, Purpose::Shuffle, 0, static_cast<std::uint64_t>(epoch)}, order);
  for (std::uint32_t& place : order) place = samples.train[place];
}

std::int64_t find_best(const std::vector<double>& values, Direction better) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (is_better(values[i], values[best], better)) best = i;
  }
  return values.empty() ? 0 : static_cast<std::int64_t>(best) + 1;
}

std::optional<TrainingStop::End> TrainingStop::find_end(const Histories& history) const {
  const auto losses = history.find("train.loss");
  const std::int64_t finished = losses == history.end() ? 0 : std::ssize(losses->second);
  if (!rule) return finished >= epoch ? std::optional(End{epoch, epoch}) : std::nullopt;
  const auto watched = history.find(rule->field);
  NNC_CHECK(watched != history.end(), rule->field);
  std::size_t best = 0;
  for (std::size_t i = 0; i < watched->second.size(); ++i) {
    if (i > 0 && is_better(watched->second[i], watched->second[best], rule->better)) best = i;
    const auto now = static_cast<std::int64_t>(i) + 1;
    const auto kept = static_cast<std::int64_t>(best) + 1;
    if (now == epoch || now - kept >= rule->patience) return End{kept, now};
  }
  return std::nullopt;
}

Training::Training(const TrialInputs& inputs, Machinery& machinery, std::vector<TrainingStop> stops,
                   TrainingState start, const TrainingEvents& events)
    : inputs_(inputs),
      machinery_(machinery),
      stops_(std::move(stops)),
      state_(std::move(start)),
      events_(events),
      order_(inputs.samples.train) {
  NNC_CHECK(!stops_.empty());
  const std::size_t batch = machinery.train.batch();
  steps_per_epoch_ = static_cast<std::int64_t>((order_.size() + batch - 1) / batch);
  std::vector<const char*> names = {"train.loss", "train.accuracy"};
  if (!inputs.samples.valid.empty()) names.insert(names.end(), {"valid.loss", "valid.accuracy"});
  for (const char* const name : names) {
    history(name).reserve(static_cast<std::size_t>(std::min(stops_.back().epoch, kReservedEpochs)));
  }
  for (BestState& best : machinery.best) best.epoch = find_best(history(best.field.c_str()), best.better);
}

std::vector<double>& Training::history(const char* name) { return state_.history[name]; }

Training::Outcome Training::run() {
  // A state that was read may be what a trial asks for.
  if (state_.steps == 0 && state_.finished_epochs() > 0 && !give_results()) return Outcome::Ended;
  while (!stops_.empty()) {
    const Step step = run_epoch();
    if (step == Step::Diverged) return Outcome::Diverged;
    if (step == Step::Ended || !finish_epoch()) return Outcome::Ended;
  }
  return Outcome::Complete;
}

Training::Step Training::run_epoch() {
  epoch_begin_ = lap_ = Clock::now();
  order_samples(inputs_.trial, inputs_.samples, state_.epoch, order_);
  std::span<const std::uint32_t> left = order_;
  left =
      left.subspan(std::min(left.size(), static_cast<std::size_t>(state_.steps) * machinery_.train.batch()));
  Step step = Step::Done;
  while (!left.empty() && step == Step::Done) {
    PlanRunner& runner = machinery_.train.next(left.size());
    step = run_step(runner, left);
    if (step != Step::Done) break;
    left = left.subspan(runner.batch());
    const Clock::time_point now = Clock::now();
    show_progress(now, left.empty());
    if (now < events_.due || left.empty()) continue;
    count_time();
    if (!events_.checkpoint()) step = Step::Ended;
    lap_ = Clock::now();
  }
  count_time();
  return step;
}

void Training::count_time() {
  state_.seconds_train += seconds_since(lap_);
  lap_ = Clock::now();
}

Training::Step Training::run_step(PlanRunner& runner, std::span<const std::uint32_t> left) {
  if (inputs_.stop.raised()) return Step::Ended;
  ++state_.steps;
  ++steps_trained_;
  runner.run(
      inputs_.data, inputs_.data.train, inputs_.samples.scale, left,
      {inputs_.trial.seed, static_cast<std::uint64_t>(steps_done()), inputs_.trial.rate(state_.epoch)});
  const double loss = runner.loss();
  if (!std::isfinite(loss)) {
    reason_ = fmt::format("the loss was {} at step {}, in epoch {}",
                          std::isnan(loss) ? "not a number" : "infinite", steps_done(), state_.epoch);
    return Step::Diverged;
  }
  state_.means.add(runner, inputs_.data.train, left.first(runner.batch()), inputs_.data.classes.size());
  return Step::Done;
}

// False if it was stopped: then the epoch's last step is all that was done.
bool Training::validate() {
  if (inputs_.samples.valid.empty()) return true;
  const Clock::time_point begin = Clock::now();
  const std::optional<RunningMeans> means =
      measure_means(inputs_, machinery_.evaluate, {inputs_.data.train, inputs_.samples.valid},
                    static_cast<std::uint64_t>(steps_done()));
  state_.seconds_validated += seconds_since(begin);
  if (!means) return false;
  history("valid.loss").push_back(means->loss());
  history("valid.accuracy").push_back(means->accuracy());
  return true;
}

bool Training::finish_epoch() {
  if (!validate()) return false;
  const StepProgress done = progress();
  history("train.loss").push_back(state_.means.loss());
  history("train.accuracy").push_back(state_.means.accuracy());
  ++state_.epoch;
  state_.steps = 0;
  state_.means = {};
  keep_best();
  if (inputs_.events.epoch_ended) {
    inputs_.events.epoch_ended(stops_.front().trial, done, seconds_since(epoch_begin_));
  }
  return give_results();
}

// The state so far may be the best by the rule of a trial.
void Training::keep_best() {
  for (BestState& best : machinery_.best) {
    const std::vector<double>& values = state_.history.at(best.field);
    const bool first = values.size() == 1;
    if (!first && !is_better(values.back(), values[static_cast<std::size_t>(best.epoch) - 1], best.better))
      continue;
    best.epoch = std::ssize(values);
    std::memcpy(best.memory.data(), machinery_.state.data(), best.memory.size());
  }
}

std::optional<TrainingStop::End> Training::end_of(const TrainingStop& stop) const {
  const std::int64_t now = state_.finished_epochs();
  const std::int64_t kept = stop.rule ? machinery_.best_by(*stop.rule).epoch : now;
  if (now < stop.epoch && (!stop.rule || now - kept < stop.rule->patience)) return std::nullopt;
  return TrainingStop::End{kept, now};
}

bool Training::give_results() {
  for (std::size_t i = 0; i < stops_.size();) {
    const TrainingStop stop = stops_[i];
    const std::optional<TrainingStop::End> end = end_of(stop);
    if (!end) {
      ++i;
      continue;
    }
    const auto exchange = [&] {
      if (end->kept == end->known) return;
      Memory& best = machinery_.best_by(*stop.rule).memory;
      std::swap_ranges(best.data(), best.data() + best.size(), machinery_.state.data());
    };
    exchange();
    const bool goes_on = events_.stop_reached(stop, *end);
    exchange();
    if (!goes_on) return false;
    stops_.erase(stops_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return !events_.epoch_complete || events_.epoch_complete(state_.finished_epochs());
}

StepProgress Training::progress() const {
  const std::int64_t epochs = stops_.front().epoch;
  return {state_.epoch,           epochs, steps_done(), epochs * steps_per_epoch_, state_.means.loss(),
          state_.means.accuracy()};
}

void Training::show_progress(Clock::time_point now, bool epoch_done) {
  if (!inputs_.events.progress) return;
  if (!epoch_done && now - last_progress_ < kProgressPause) return;
  last_progress_ = now;
  inputs_.events.progress(stops_.front().trial, progress());
}

}  // namespace nnc::rt
