// Where the time of a training step goes: the best time of each step of a trial's plan and its share of all.
// In: a program, optionally the number of a trial (1) and of threads (1). Runs on the first samples of the
// data, so that zeros are where they are in earnest. Steps are measured one after the other within whole
// steps of training, so that caches hold what they hold then; the best of many, since only that means
// anything on a busy machine.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "compiler/driver/compile_trial.hpp"
#include "compiler/driver/driver.hpp"
#include "compiler/driver/front_end.hpp"
#include "runtime/exec/step_program.hpp"
#include "runtime/exec/thread_team.hpp"
#include "runtime/kernels/flush_denormals.hpp"
#include "runtime/train/samples.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

std::string name_of(const nnc::PlanStep& step) {
  if (const auto* kernel = std::get_if<nnc::KernelStep>(&step)) {
    return std::string(nnc::op_info(kernel->op).name) + " " + kernel->output.shape.to_string();
  }
  const auto& fused = std::get<nnc::FusedStep>(step);
  std::string name = "fused of " + std::to_string(fused.instructions.size()) + " " + fused.shape.to_string();
  if (fused.producer) name += " of " + std::string(nnc::op_info(fused.producer->op).name);
  return name;
}

class Profile {
 public:
  Profile(const nnc::StepPlan& plan, int threads) : plan_(plan), team_(threads) {
    const nnc::rt::MemoryNeeds needs = nnc::rt::memory_needs(plan, nnc::rt::KernelSet::Fast, threads);
    state_ = allocate(needs.state);
    work_ = allocate(needs.work);
    scratch_ = allocate(needs.scratch);
    for (const nnc::PlanStep& step : plan_.steps) {
      programs_.emplace_back(step, false, nnc::rt::KernelSet::Fast, team_.most());
      programs_.back().bind([this](const nnc::Operand& operand) { return locate(operand); }, scratch_.data());
    }
    nnc::rt::initialize_slots(plan_, state_, 0);
  }

  void run(const std::vector<unsigned char>& pixels, const std::vector<unsigned char>& labels, int rounds) {
    const nnc::rt::FlushDenormals flush;
    std::vector<double> best(programs_.size(), std::numeric_limits<double>::infinity());
    double whole = std::numeric_limits<double>::infinity();
    for (int round = 0; round < rounds; ++round) {
      fill_batch(pixels, labels, static_cast<std::size_t>(round));
      const auto step_begin = Clock::now();
      for (std::size_t i = 0; i < programs_.size(); ++i) {
        const auto begin = Clock::now();
        run_step(programs_[i], {0, static_cast<std::uint64_t>(round) + 1});
        best[i] = std::min(best[i], microseconds_since(begin));
      }
      whole = std::min(whole, microseconds_since(step_begin));
    }
    print(best, whole);
  }

 private:
  void run_step(const nnc::rt::StepProgram& step, const nnc::rt::RandomContext& random) {
    if (step.parts == 1) return step.run(0, 1, random);
    team_.run(step.parts, [&](int part) { step.run(part, step.parts, random); });
    step.finish(step.parts);
  }

  static nnc::rt::Memory allocate(std::uint64_t bytes) {
    return std::move(nnc::rt::Memory::allocate(bytes)).value();
  }
  [[nodiscard]] std::byte* locate(const nnc::Operand& operand) {
    return (operand.region == nnc::Region::State ? state_ : work_).data() + operand.offset;
  }

  void fill_batch(const std::vector<unsigned char>& pixels, const std::vector<unsigned char>& labels,
                  std::size_t round) {
    const nnc::Operand& features = plan_.features.front();
    const auto count = static_cast<std::size_t>(features.shape.element_count().value());
    const auto batch = static_cast<std::size_t>(plan_.batch);
    const std::size_t first = round * batch % (labels.size() - batch);
    auto* to = reinterpret_cast<float*>(locate(features));
    for (std::size_t i = 0; i < count; ++i)
      to[i] = static_cast<float>(pixels[first * (count / batch) + i]) / 255.0F;
    auto* target = reinterpret_cast<std::int32_t*>(locate(plan_.target.front()));
    for (std::size_t i = 0; i < batch; ++i) target[i] = labels[first + i];
    if (!plan_.step.empty())
      *reinterpret_cast<float*>(locate(plan_.step.front())) = 1.0F + static_cast<float>(round);
    if (!plan_.rate.empty()) *reinterpret_cast<float*>(locate(plan_.rate.front())) = 1;
  }

  void print(const std::vector<double>& best, double whole) const {
    double sum = 0;
    for (const double b : best) sum += b;
    for (std::size_t i = 0; i < best.size(); ++i) {
      if (best[i] < sum / 500) continue;
      std::printf("%8.1f us  %5.1f %%  %s\n", best[i], 100 * best[i] / sum, name_of(plan_.steps[i]).c_str());
    }
    std::printf("%8.1f us  sum of the best; %.1f us the best whole step\n", sum, whole);
  }

  nnc::StepPlan plan_;
  nnc::rt::ThreadTeam team_;
  nnc::rt::Memory state_, work_, scratch_;
  std::vector<nnc::rt::StepProgram> programs_;
};

std::vector<unsigned char> read_idx(const std::string& path, std::size_t header) {
  std::vector<unsigned char> bytes;
  std::FILE* pipe = popen(("zcat -f " + path + "* 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return bytes;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
    bytes.push_back(static_cast<unsigned char>(c));
  pclose(pipe);
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(header, bytes.size())));
  return bytes;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::fprintf(stderr, "usage: plan_bench FILE.nn [TRIAL [THREADS]]\n");
    return 2;
  }
  nnc::Env env = nnc::real_env(nullptr);
  nnc::Options options;
  options.file = words[1];
  int exit_code = 0;
  const auto compilation = nnc::load_study(env, options, exit_code);
  if (compilation == nullptr) return exit_code;
  const nnc::TrialCompiler compiler(compilation->sources, compilation->program, *compilation->study);
  const std::size_t trial = count > 2 ? static_cast<std::size_t>(std::max(1, std::atoi(words[2]))) - 1 : 0;
  const int threads = count > 3 ? std::max(1, std::atoi(words[3])) : 1;
  const auto compiled = compiler.compile(trial);
  if (!compiled) return 1;
  const nnc::StudyPlan& study = compilation->study->plan;
  const nnc::TrialPlan& planned = study.trials.at(trial);
  const std::string folder = study.data[planned.data].directory;
  const std::vector<unsigned char> pixels = read_idx(folder + "/train-images-idx3-ubyte", 16);
  const std::vector<unsigned char> labels = read_idx(folder + "/train-labels-idx1-ubyte", 8);
  Profile(compiled.value().plans(nnc::rt::Phase::Train, planned.batch), threads).run(pixels, labels, 600);
  return 0;
}
