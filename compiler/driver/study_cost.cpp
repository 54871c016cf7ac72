// See study_cost.hpp. Trials of one kind need the same memory and the same time for a step: each kind is
// looked at once, however many trials there are.
#include "compiler/driver/study_cost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <new>
#include <numeric>
#include <set>
#include <system_error>
#include <thread>
#include <unordered_map>

#include "compiler/base/number_text.hpp"
#include "compiler/driver/experiment_times.hpp"
#include "compiler/plan/training_steps.hpp"
#include "runtime/train/known_results.hpp"

namespace nnc {
namespace {

// All kinds together are measured for about so long, and each for no longer than it takes to be sure.
constexpr double kSecondsInAll = 3;
constexpr double kSecondsPerKind = 1;
constexpr std::size_t kMostMeasured = 48;
// A plan of so many trials is not waited for so long: its kinds are many, and its time is a rough number
// anyhow.
constexpr std::size_t kManyTrials = 20'000;
constexpr double kSecondsOfMany = 0.3;
constexpr std::size_t kMostMeasuredOfMany = 4;

// A trial of its kind, and what is known of it.
struct Kind {
  rt::WayDemands demands;
  double steps = 0;  // of all trajectories of the kind
  std::uint64_t bytes = 0;
  std::optional<rt::TrialSpeed> speed;
};

// What is left of a trajectory.
struct Left {
  std::size_t kind = 0;
  std::int64_t epochs = 0;
  std::int64_t steps = 0;
  std::int64_t judged = 0;  // trials that end
  double share = 1;
};

class CostMeter {
 public:
  CostMeter(rt::PreparedStudy& study, const CostOptions& options)
      : study_(study), plan_(study.plan()), work_(study.work()), options_(options) {}

  Result<StudyCost> run() {
    cost_.trials.resize(plan_.trials.size());
    cost_.jobs = options_.jobs;
    if (Status counted = count_trials(); !counted) return counted.failure();
    for (const rt::Trajectory& trajectory : work_.trajectories) add(trajectory);
    add_refits();
    count_data();
    if (!options_.memory) return std::move(cost_);
    if (Status needs = find_needs(); !needs) return needs.failure();
    if (options_.measure) estimate_time();
    return std::move(cost_);
  }

 private:
  const TrialPlan& trial(std::size_t index) const { return plan_.trials[index]; }
  bool many() const { return plan_.trials.size() > kManyTrials; }

  // Steps of an epoch. Folds of one kind differ in size by a few samples; seeds do not change sizes.
  Result<std::int64_t> epoch_steps(std::size_t index) {
    const TrialPlan& one = trial(index);
    std::string key = std::to_string(one.data);
    if (one.validation) key += fmt::format(" {} {}", validation_text(*one.validation), one.fold.value_or(-1));
    auto known = sizes_.find(key);
    if (known == sizes_.end()) {
      const auto samples = study_.samples().get(one);
      if (!samples) return samples.failure();
      known = sizes_.emplace(std::move(key), std::ssize(samples.value()->train)).first;
    }
    return (known->second + one.batch - 1) / one.batch;
  }

  Status count_trials() {
    const std::vector<bool> maybe = rt::maybe_known(study_);
    for (std::size_t i = 0; i < plan_.trials.size(); ++i) {
      TrialCost& one = cost_.trials[i];
      const Result<std::int64_t> steps = epoch_steps(i);
      if (!steps) return steps.failure();
      one.steps = steps.value() * trial(i).epochs;
      if (!trial(i).refit) {
        ++cost_.declared;
        cost_.epochs_declared += trial(i).epochs;
        cost_.steps_declared += one.steps;
        if (work_.first[i] == i) ++cost_.distinct;
      }
      if (work_.first[i] != i) {
        one.kind = TrialCost::Kind::Same;
        one.like = work_.first[i];
        continue;
      }
      if (trial(i).refit) one.kind = TrialCost::Kind::IfBest;
      if (!maybe[i]) continue;
      const auto found = rt::find_known(study_, trial(i), work_.identities[i].id);
      if (!found) return found.failure();
      if (!found.value()) continue;
      one.kind = TrialCost::Kind::Known;
      if (!trial(i).refit) ++cost_.known;
    }
    for (std::size_t i = 0; i < plan_.trials.size(); ++i) {
      const bool open =
          !trial(i).refit && work_.first[i] == i && cost_.trials[i].kind != TrialCost::Kind::Known;
      if (open) cost_.epochs_open += trial(i).epochs;
    }
    cost_.stages = work_.stages();
    return Done{};
  }

  // Declarations that differ in their scale share what they have read.
  void count_data() {
    std::set<const rt::Dataset*> counted;
    for (const rt::LoadedData& loaded : study_.loaded()) {
      if (!counted.insert(loaded.data.get()).second) continue;
      for (const rt::DataPart* part : {&loaded.data->train, &loaded.data->test})
        cost_.data_bytes += part->bytes.size() + part->labels.size();
    }
  }

  // Graphs of one form, samples of one number.
  std::size_t kind_of(rt::WayDemands demands) {
    const TrialPlan& one = trial(demands.trial);
    const auto program = study_.compiler().identify(demands.trial);
    std::string key = program ? program.value().form : std::to_string(demands.trial);
    key += fmt::format("\n{} {} {}", one.data, one.batch, demands.test);
    if (one.validation) key += fmt::format(" {} {}", validation_text(*one.validation), one.fold.value_or(-1));
    for (const StopPlan& rule : demands.rules) key += fmt::format(" {}", rule.field);
    const auto [place, fresh] = kinds_by_key_.try_emplace(std::move(key), kinds_.size());
    if (fresh) kinds_.push_back({std::move(demands), 0, 0, std::nullopt});
    return place->second;
  }

  void add(const rt::Trajectory& trajectory) {
    Left left;
    std::int64_t first_open = 0;
    std::int64_t last_open = 0;
    for (const rt::TrajectoryStop& stop : trajectory.stops) {
      TrialCost& one = cost_.trials[stop.trial];
      if (one.kind == TrialCost::Kind::Known) continue;
      if (stop.trial != trajectory.trial) {
        one.kind = TrialCost::Kind::OnTheWay;
        one.like = trajectory.trial;
      } else if (trajectory.parent) {
        one.kind = TrialCost::Kind::Leaves;
        one.like = work_.trajectories[*trajectory.parent].trial;
        one.from = trajectory.from;
      }
      if (first_open == 0) first_open = stop.epoch;
      last_open = stop.epoch;
      cost_.may_stop = cost_.may_stop || trial(stop.trial).stop;
      ++left.judged;
    }
    const std::int64_t steps_per_epoch =
        cost_.trials[trajectory.trial].steps / trial(trajectory.trial).epochs;
    cost_.epochs_planned += trajectory.to - trajectory.from;
    cost_.steps_planned += steps_per_epoch * (trajectory.to - trajectory.from);
    if (left.judged == 0 && !options_.each) return;
    left.kind = kind_of(rt::demands_of(plan_, trajectory));
    for (const rt::TrajectoryStop& stop : trajectory.stops) kinds_of_trials_[stop.trial] = left.kind;
    if (left.judged == 0) return;
    std::int64_t from = trajectory.from;
    std::int64_t steps_within = 0;  // of an epoch that was not finished
    if (rt::Store* store = study_.options().store; store != nullptr && study_.options().reuse) {
      const auto states = rt::find_states(*store, work_.identities[trajectory.trial].base,
                                          trial(trajectory.trial), first_open);
      const std::int64_t finished =
          states.empty() ? 0 : states.front().epoch - (states.front().complete ? 0 : 1);
      if (!states.empty() && finished >= from) {
        from = finished;
        steps_within = states.front().complete ? 0 : states.front().steps;
        for (const rt::TrajectoryStop& stop : trajectory.stops)
          cost_.trials[stop.trial].known_epochs = finished;
      }
    }
    left.epochs = last_open - from;
    left.steps = steps_per_epoch * left.epochs - steps_within;
    cost_.epochs += left.epochs;
    cost_.steps += left.steps;
    left_.push_back(left);
  }

  rt::WayDemands refit_demands(std::size_t index) const {
    rt::WayDemands demands{index, trial(index).measures_test, {}};
    const auto& stop = trial(index).stop;
    // Without validation it is trained for as long as its folds were.
    if (stop && !stop->field.starts_with("valid.")) demands.rules.push_back(*stop);
    return demands;
  }

  void add_refits() {
    const std::vector<double> shares = shares_of(plan_);
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> ranges;  // per experiment
    for (std::size_t i = 0; i < plan_.trials.size(); ++i) {
      if (!trial(i).refit) continue;
      Left left;
      left.share = shares[i];
      const bool open = cost_.trials[i].kind == TrialCost::Kind::IfBest;
      if (open || (options_.each && work_.first[i] == i)) {
        left.kind = kind_of(refit_demands(i));
        kinds_of_trials_[i] = left.kind;
      }
      if (open) {
        left.judged = 1;
        const RefitWork work = refit_work(plan_, work_, i, cost_.trials[i].steps);
        left.epochs = work.epochs;
        left.steps = work.steps;
        left_.push_back(left);
      }
      const auto [range, fresh] = ranges.try_emplace(trial(i).experiment, left.steps, left.steps);
      range->second = {std::min(range->second.first, left.steps), std::max(range->second.second, left.steps)};
    }
    for (const auto& [experiment, range] : ranges) {
      cost_.least_refit_steps += range.first;
      cost_.most_refit_steps += range.second;
    }
  }

  Status find_needs() {
    for (const Left& left : left_) kinds_[left.kind].steps += left.share * static_cast<double>(left.steps);
    for (Kind& kind : kinds_) {
      const auto needs = rt::bytes_needed(study_, kind.demands);
      if (!needs) return needs.failure();
      kind.bytes = needs.value();
    }
    std::vector<std::uint64_t> bytes;
    for (const Left& left : left_) bytes.push_back(kinds_[left.kind].bytes);
    std::ranges::sort(bytes, std::greater<>());
    bytes.resize(std::min(bytes.size(), static_cast<std::size_t>(options_.jobs)));
    cost_.peak_bytes = std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
    for (const auto& [index, kind] : kinds_of_trials_) {
      if (cost_.trials[index].kind != TrialCost::Kind::Known) cost_.trials[index].bytes = kinds_[kind].bytes;
    }
    return Done{};
  }

  // As many at once as will run at once: they share caches and units of the machine.
  void measure_kinds(const std::vector<std::size_t>& chosen) {
    const double all = many() ? kSecondsOfMany : kSecondsInAll;
    const double each = std::min(kSecondsPerKind, all * options_.jobs / static_cast<double>(chosen.size()));
    // What is known is measured as well where the time of each trial is asked for.
    const auto useful = std::min(options_.jobs, static_cast<int>(std::max(left_.size(), chosen.size())));
    const rt::RunOptions& run = study_.options();
    const int threads = run.threads > 0 ? run.threads : std::max(1, run.cores / std::max(1, useful));
    std::atomic<std::size_t> next = 0;
    std::atomic<std::size_t> finished = 0;
    const auto work = [&] {
      const Kind* last = &kinds_[chosen.front()];
      for (std::size_t place = next++; place < chosen.size(); place = next++) {
        Kind& kind = kinds_[chosen[place]];
        kind.speed = speed_now(kind, threads, each);
        last = &kind;
        ++finished;
      }
      // The others are not to be faster because this one has nothing to do.
      while (finished < chosen.size() && speed_now(*last, threads, 0.01)) continue;
    };
    std::vector<std::jthread> helpers;
    try {
      for (int i = 1; i < useful; ++i) helpers.emplace_back(work);
    } catch (const std::system_error&) {
      // No more threads: fewer trials at once would run as well.
    }
    work();
  }

  // Empty where there is no memory for it.
  std::optional<rt::TrialSpeed> speed_now(const Kind& kind, int threads, double seconds) {
    try {
      const auto speed = rt::measure_speed(study_, kind.demands, threads, seconds);
      return speed ? std::optional(speed.value()) : std::nullopt;
    } catch (const std::bad_alloc&) {
      return std::nullopt;
    }
  }

  // Kinds that were not measured are taken to be as fast for their size as the others.
  rt::TrialSpeed speed_of(const Kind& kind, double seconds_per_cost) const {
    if (kind.speed) return *kind.speed;
    rt::TrialSpeed guessed;
    guessed.seconds_per_step = seconds_per_cost * step_cost(trial(kind.demands.trial));
    guessed.seconds_to_judge =
        guessed.seconds_per_step * 0.3 * 10'000 / static_cast<double>(trial(kind.demands.trial).batch);
    return guessed;
  }

  void estimate_time() {
    std::vector<std::size_t> chosen(kinds_.size());
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    std::ranges::sort(chosen, std::greater<>(), [&](std::size_t kind) {
      return kinds_[kind].steps * step_cost(trial(kinds_[kind].demands.trial));
    });
    chosen.resize(std::min(chosen.size(), many() ? kMostMeasuredOfMany : kMostMeasured));
    if (chosen.empty()) {
      cost_.seconds = 0;
      return;
    }
    measure_kinds(chosen);
    double seconds = 0;
    double costs = 0;
    for (const std::size_t kind : chosen) {
      if (!kinds_[kind].speed) return;
      seconds += kinds_[kind].speed->seconds_per_step;
      costs += step_cost(trial(kinds_[kind].demands.trial));
    }
    const double seconds_per_cost = seconds / costs;
    std::vector<double> times;
    for (const Left& left : left_) {
      const rt::TrialSpeed speed = speed_of(kinds_[left.kind], seconds_per_cost);
      times.push_back(left.share * seconds_of(speed, left.steps, left.epochs, left.judged));
    }
    cost_.seconds = seconds_together(std::move(times), options_.jobs);
    if (options_.each) tell_each(seconds_per_cost);
  }

  // An equal trial takes as long as the first of its equals.
  void tell_each(double seconds_per_cost) {
    std::vector<TrialPace> paces;
    for (std::size_t i = 0; i < plan_.trials.size(); ++i) {
      const Kind& kind = kinds_[kinds_of_trials_.at(work_.first[i])];
      const TrialPace& pace = paces.emplace_back(speed_of(kind, seconds_per_cost), cost_.trials[i].steps);
      cost_.trials[i].seconds = seconds_of(pace.speed, pace.steps, trial(i).epochs, 1);
    }
    cost_.seconds_alone = seconds_alone(study_, paces, options_.jobs);
  }

  rt::PreparedStudy& study_;
  const StudyPlan& plan_;
  const rt::WorkPlan& work_;
  const CostOptions& options_;
  StudyCost cost_;
  std::unordered_map<std::string, std::int64_t> sizes_;  // of training parts
  std::vector<Kind> kinds_;
  std::unordered_map<std::string, std::size_t> kinds_by_key_;
  std::vector<Left> left_;
  std::unordered_map<std::size_t, std::size_t> kinds_of_trials_;  // that are to be trained, or all
};

}  // namespace

Result<StudyCost> cost_of(rt::PreparedStudy& study, const CostOptions& options) {
  return CostMeter(study, options).run();
}

std::string epochs_left_text(const StudyCost& cost) {
  if (cost.epochs_open == 0) return {};
  return fmt::format("{}{} of {}", cost.may_stop ? "at most " : "", with_separators(cost.epochs),
                     count_text(cost.epochs_open, "epoch"));
}

}  // namespace nnc
