// Single convolutions of ResNet's size, as JSON for compare.py: seconds of forward, gradient of the input and
// gradient of the kernel, of the fast kernels with so many threads.
// In: threads (1), rounds (5), the number of calls that one time is taken over (3), an optional word: only
// the cases whose name contains it. Out: a JSON line per case, with every time that was taken.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ops/ops.hpp"
#include "runtime/exec/step_program.hpp"
#include "runtime/kernels/flush_denormals.hpp"

namespace {

using nnc::KernelStep;
using nnc::Operand;
using nnc::OpKind;
using nnc::Shape;
namespace rt = nnc::rt;

constexpr std::uint64_t kAlignment = 64;

rt::Memory allocate(std::uint64_t bytes) {
  auto memory = rt::Memory::allocate(bytes);
  if (!memory) {
    std::fprintf(stderr, "conv_bench: %s\n", memory.failure().message.c_str());
    std::exit(1);
  }
  return std::move(memory).value();
}

// One convolution bound to its memory and cut into as many parts as there are threads.
class Bench {
 public:
  Bench(OpKind op, const std::vector<Shape>& inputs, const nnc::Attributes& attributes, rt::ThreadTeam& team)
      : team_(team), step_(KernelStep{op, attributes, {}, {}}), memory_(place(op, inputs, attributes)) {
    auto* values = reinterpret_cast<float*>(memory_.data());
    for (std::uint64_t i = 0; i < memory_.size() / sizeof(float); ++i) {
      values[i] = static_cast<float>((i * 37) % 101) / 101.0F - 0.5F;
    }
    program_.emplace_back(step_, false, rt::KernelSet::Fast, team.most());
    scratch_ = allocate(program_.front().scratch_bytes());
    program_.front().bind([&](const Operand& operand) { return memory_.data() + operand.offset; },
                          scratch_.data());
  }

  void run() {
    const int parts = program_.front().parts;
    team_.run(parts, [&](int part) { program_.front().run(part, parts, {}); });
    program_.front().finish(parts);
  }

 private:
  // Lays operands out one after the other.
  rt::Memory place(OpKind op, const std::vector<Shape>& inputs, const nnc::Attributes& attributes) {
    std::uint64_t end = 0;
    const auto next = [&](const Shape& shape) {
      const Operand operand{nnc::Region::Work, end, shape, nnc::ElementType::Float};
      const auto bytes = static_cast<std::uint64_t>(shape.element_count().value()) * sizeof(float);
      end += (bytes + kAlignment - 1) / kAlignment * kAlignment;
      return operand;
    };
    auto& kernel = std::get<KernelStep>(step_);
    for (const Shape& shape : inputs) kernel.inputs.push_back(next(shape));
    kernel.output = next(std::get<Shape>(nnc::infer_shape(op, inputs, attributes)));
    return allocate(end);
  }

  rt::ThreadTeam& team_;
  nnc::PlanStep step_;
  rt::Memory memory_;
  rt::Memory scratch_;
  std::vector<rt::StepProgram> program_;  // one; made when the operands have their place
};

struct Settings {
  int threads = 1;
  int rounds = 5;
  int calls = 3;
};

void print_times(const char* name, Bench& bench, const Settings& settings) {
  bench.run();
  std::printf("\"%s\": [", name);
  for (int round = 0; round < settings.rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    for (int call = 0; call < settings.calls; ++call) bench.run();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%s%.9f", round == 0 ? "" : ", ", seconds / settings.calls);
  }
  std::printf("]");
}

void run_case(std::int64_t batch, std::int64_t size, std::int64_t channels, const Settings& settings,
              std::string_view wanted) {
  const std::string name = std::to_string(channels) + "->" + std::to_string(channels) + " on " +
                           std::to_string(size) + "x" + std::to_string(size);
  if (name.find(wanted) == std::string::npos) return;
  rt::ThreadTeam team(settings.threads);
  team.set_threads(settings.threads);
  nnc::WindowAttributes attributes{{3, 3}, {1, 1}, {1, 1}, {1, 1}, {}};
  const Shape image{batch, size, size, channels};
  const Shape kernel{3, 3, channels, channels};
  const double flops = 2.0 * 9 * static_cast<double>(batch * size * size * channels * channels);
  std::printf("{\"case\": \"%s\", \"batch\": %lld, \"threads\": %d, \"flops\": %.0f, ", name.c_str(),
              static_cast<long long>(batch), settings.threads, flops);
  Bench forward(OpKind::Conv2d, {image, kernel}, attributes, team);
  print_times("forward", forward, settings);
  std::printf(", ");
  Bench grad_kernel(OpKind::Conv2dGradKernel, {image, image}, attributes, team);
  print_times("grad_kernel", grad_kernel, settings);
  std::printf(", ");
  attributes.input_shape = image;
  Bench grad_input(OpKind::Conv2dGradInput, {image, kernel}, attributes, team);
  print_times("grad_input", grad_input, settings);
  std::printf("}\n");
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  const auto number = [&](int place, int otherwise) {
    return count > place ? std::max(1, std::atoi(words[place])) : otherwise;
  };
  const Settings settings{number(1, 1), number(2, 5), number(3, 3)};
  const std::string_view wanted = count > 4 ? words[4] : "";
  const rt::FlushDenormals flush;
  constexpr std::int64_t kBatch = 32;
  run_case(kBatch, 56, 64, settings, wanted);
  run_case(kBatch, 28, 128, settings, wanted);
  run_case(kBatch, 14, 256, settings, wanted);
  return 0;
}
