// How long a training step takes with 1, 2, .. threads; with a third word also each step of its plan that can
// be cut.
// In: the name of a network or a part of it, an optional number of threads (2). Out: the best of many, in
// microseconds, measured in turn: on a busy machine only the best means anything.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/exec/step_program.hpp"
#include "runtime/kernels/flush_denormals.hpp"
#include "tests/ops/networks.hpp"
#include "tests/unit/exec_support.hpp"

namespace {

using namespace nnc::test;
using nnc::rt::KernelSet;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kBatch = 32;

// Keeps the least time of what it is called with.
class Best {
 public:
  template <class F>
  void add(F work) {
    const auto begin = Clock::now();
    work();
    best_ = std::min(best_, std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  [[nodiscard]] double microseconds() const { return best_; }

 private:
  double best_ = std::numeric_limits<double>::infinity();
};

void measure_whole(const char* name, const nnc::ir::Graph& graph, int threads) {
  constexpr int kRounds = 60;
  constexpr int kSteps = 20;
  Trainer trainer(graph, kBatch, {}, KernelSet::Fast, threads);
  std::vector<Best> best(static_cast<std::size_t>(threads));
  for (int round = 0; round < kRounds; ++round) {
    for (int t = 1; t <= threads; ++t) {
      trainer.team.set_threads(t);
      for (int i = 0; i < kSteps; ++i) best[static_cast<std::size_t>(t - 1)].add([&] { trainer.step(); });
    }
  }
  std::printf("%-12s", name);
  for (const Best& b : best) {
    std::printf("  %8.1f us (x%.2f)", b.microseconds(), best[0].microseconds() / b.microseconds());
  }
  std::printf("\n");
}

std::string name_of(const nnc::PlanStep& step) {
  if (const auto* kernel = std::get_if<nnc::KernelStep>(&step)) {
    return std::string(nnc::op_info(kernel->op).name) + " " + kernel->output.shape.to_string();
  }
  const auto& fused = std::get<nnc::FusedStep>(step);
  return "fused of " + std::to_string(fused.instructions.size()) + " " + fused.shape.to_string();
}

void measure_steps(const nnc::ir::Graph& graph, int threads) {
  constexpr int kRounds = 400;
  Trainer trainer(graph, kBatch, {}, KernelSet::Fast, threads);
  trainer.step();
  const nnc::rt::FlushDenormals flush;
  for (const nnc::PlanStep& step : trainer.plan.steps) {
    nnc::rt::StepProgram program(step, false, KernelSet::Fast, threads);
    const int useful = program.parts;
    const auto* kernel = std::get_if<nnc::KernelStep>(&step);
    if (kernel != nullptr && !nnc::rt::is_cut_in_parts(kernel->op)) continue;
    program.parts = threads;  // also where it is not worth it
    const nnc::rt::Memory scratch = Trainer::allocate(program.scratch_bytes());
    const auto locate = [&](const nnc::Operand& operand) {
      const auto& memory = operand.region == nnc::Region::State ? trainer.state : trainer.work;
      return memory.data() + operand.offset;
    };
    program.bind(locate, scratch.data());
    Best alone;
    Best shared;
    for (int i = 0; i < kRounds; ++i) {
      alone.add([&] { program.run(0, 1, {}); });
      shared.add([&] {
        trainer.team.run(threads, [&](int part) { program.run(part, threads, {}); });
        program.finish(threads);
      });
    }
    std::printf("  %-40s %8.2f -> %8.2f us  %s\n", name_of(step).c_str(), alone.microseconds(),
                shared.microseconds(), useful > 1 ? "cut" : "");
  }
}

}  // namespace

int main(int count, char** words) {
  const std::string_view wanted = count > 1 ? words[1] : "";
  const int threads = count > 2 ? std::max(1, std::atoi(words[2])) : 2;
  const bool steps = count > 3;
  const auto run = [&](const char* name, const nnc::ir::Graph& graph) {
    if (std::string_view(name).find(wanted) == std::string_view::npos) return;
    measure_whole(name, graph, threads);
    if (steps) measure_steps(graph, threads);
  };
  run("mlp", make_mlp(784, 256, 10));
  run("cnn 1 block", make_deep_cnn({28, 1, 32, 0, 256}, 10));
  run("cnn 2 blocks", make_deep_cnn({28, 2, 32, 0, 256}, 10));
  return 0;
}
