// See calibration.hpp.
#include "runtime/train/calibration.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "runtime/train/elapsed.hpp"
#include "runtime/train/judging.hpp"
#include "runtime/train/machinery.hpp"

namespace nnc::rt {
namespace {

using Clock = std::chrono::steady_clock;

struct Planned {
  std::shared_ptr<const TrialSamples> samples;
  MachineryPlan machinery;
};

Result<Planned> plan_way(PreparedStudy& study, const WayDemands& demands) {
  TrialPlan trial = study.plan().trials[demands.trial];
  trial.measures_test = demands.test;
  Result<std::shared_ptr<const TrialSamples>> samples = study.samples().get(trial);
  if (!samples) return samples.failure();
  const Result<CompiledTrial> compiled = study.compiler().compile(demands.trial);
  if (!compiled) return compiled.failure();
  const TrialSamples& parts = *samples.value();
  return Planned{samples.value(), plan_machinery(compiled.value(), trial.batch,
                                                 {parts.train.size(), parts.valid.size(), parts.test.size()},
                                                 demands.rules, compute_options(study.options()))};
}

// The time of one call of `step`: of many, the one that a quarter of them do not exceed. What else a machine
// does in this second only makes calls longer, and steps get shorter as a network comes to have zeros.
template <class Step>
double time_of(double seconds, const Step& step) {
  constexpr int kWarmUp = 3;
  constexpr std::size_t kLeast = 5;
  for (int i = 0; i < kWarmUp; ++i) step();
  std::vector<double> times;
  const Clock::time_point begin = Clock::now();
  while (times.size() < kLeast || seconds_since(begin) < seconds) {
    const Clock::time_point one = Clock::now();
    step();
    times.push_back(seconds_since(one));
  }
  const auto quarter = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 4);
  std::nth_element(times.begin(), quarter, times.end());
  return *quarter;
}

}  // namespace

WayDemands demands_of(const StudyPlan& plan, const Trajectory& trajectory) {
  WayDemands demands;
  demands.trial = trajectory.trial;
  for (const TrajectoryStop& stop : trajectory.stops) {
    const TrialPlan& trial = plan.trials[stop.trial];
    demands.test = demands.test || trial.measures_test;
    if (trial.stop) demands.rules.push_back(*trial.stop);
  }
  return demands;
}

Result<std::uint64_t> bytes_needed(PreparedStudy& study, const WayDemands& demands) {
  const Result<Planned> planned = plan_way(study, demands);
  if (!planned) return planned.failure();
  return planned.value().machinery.bytes();
}

Result<TrialSpeed> measure_speed(PreparedStudy& study, const WayDemands& demands, int threads,
                                 double seconds) {
  const TrialPlan& trial = study.plan().trials[demands.trial];
  Result<Planned> planned = plan_way(study, demands);
  if (!planned) return planned.failure();
  const Result<std::unique_ptr<Machinery>> made = make_machinery(std::move(planned.value().machinery));
  if (!made) return made.failure();
  Machinery& machinery = *made.value();
  const Dataset& data = *study.data(trial).data;
  const TrialSamples& samples = *planned.value().samples;
  machinery.team.set_threads(threads);
  initialize_slots(machinery.train.plan(), machinery.state, trial.seed);

  TrialSpeed speed;
  std::uint64_t step = 0;
  std::size_t place = 0;
  RunningMeans means;
  speed.seconds_per_step = time_of(seconds, [&] {
    const std::size_t batch = machinery.train.batch();
    if (place + batch > samples.train.size()) place = 0;
    const std::span<const std::uint32_t> indices = std::span(samples.train).subspan(place, batch);
    PlanRunner& runner = machinery.train.next(batch);
    runner.run(data, data.train, samples.scale, indices, {trial.seed, ++step});
    means.add(runner, data.train, indices, data.classes.size());
    place += batch;
  });
  const auto judge = [&](const DataPart& part, const std::vector<std::uint32_t>& indices) {
    if (indices.empty()) return 0.0;
    const std::size_t batch = std::min(machinery.evaluate.batch(), indices.size());
    PlanRunner& runner = machinery.evaluate.next(batch);
    const double once = time_of(seconds / 4, [&] {
      runner.run(data, part, samples.scale, std::span(indices).first(batch), {trial.seed, step});
    });
    return once * static_cast<double>(indices.size()) / static_cast<double>(batch);
  };
  if (!samples.valid.empty()) {
    speed.seconds_per_epoch = judge(data.train, samples.valid);
    const double share =
        static_cast<double>(samples.train.size()) / static_cast<double>(samples.valid.size());
    speed.seconds_to_judge = speed.seconds_per_epoch * (1 + share);
  }
  speed.seconds_to_judge += judge(data.test, samples.test);
  return speed;
}

}  // namespace nnc::rt
