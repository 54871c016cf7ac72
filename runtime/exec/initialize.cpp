// First values of slots. In: the plan's initializers and a seed. Out: State memory filled. Numbers are drawn
// in double and then rounded, so that wide and narrow plans start from the same values.
#include <algorithm>
#include <vector>

#include "compiler/base/check.hpp"
#include "runtime/exec/executor.hpp"
#include "runtime/random/random.hpp"

namespace nnc::rt {

// Normal numbers within two standard deviations: those outside are drawn again, from the stream's next time.
static void fill_truncated_normal(Stream stream, std::span<double> out) {
  constexpr double kLimit = 2;
  fill_normal(stream, out);
  std::vector<std::size_t> rejected;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (std::abs(out[i]) > kLimit) rejected.push_back(i);
  }
  std::vector<double> fresh;
  while (!rejected.empty()) {
    ++stream.time;
    fresh.resize(rejected.size());
    fill_normal(stream, fresh);
    std::vector<std::size_t> still;
    for (std::size_t i = 0; i < rejected.size(); ++i) {
      out[rejected[i]] = fresh[i];
      if (std::abs(fresh[i]) > kLimit) still.push_back(rejected[i]);
    }
    rejected = std::move(still);
  }
}

static std::vector<double> draw_values(const PlannedSlot& slot, std::size_t count, std::uint64_t seed) {
  const Initializer& initializer = slot.initializer;
  if (initializer.kind == Initializer::Kind::Constant) return std::vector<double>(count, initializer.first);
  NNC_CHECK(slot.stream >= 0, slot.name);
  const Stream stream{seed, Purpose::Init, static_cast<std::uint32_t>(slot.stream), 0};
  std::vector<double> values(count);
  double offset = initializer.first;
  double scale = initializer.second;
  switch (initializer.kind) {
    case Initializer::Kind::Constant:
      break;
    case Initializer::Kind::Uniform:
      fill_uniform(stream, std::span<double>(values));
      scale -= offset;
      break;
    case Initializer::Kind::Normal:
      fill_normal(stream, values);
      break;
    case Initializer::Kind::TruncatedNormal:
      fill_truncated_normal(stream, values);
      break;
  }
  for (double& value : values) value = offset + scale * value;
  return values;
}

void initialize_slots(const StepPlan& plan, Memory& state, std::uint64_t seed) {
  NNC_CHECK(state.size() >= plan.state_bytes);
  for (const PlannedSlot& slot : plan.slots) {
    const auto count = static_cast<std::size_t>(slot.operand.shape.element_count().value());
    const std::vector<double> values = draw_values(slot, count, seed);
    std::byte* memory = state.data() + slot.operand.offset;
    if (plan.wide) {
      std::copy(values.begin(), values.end(), reinterpret_cast<double*>(memory));
    } else {
      std::transform(values.begin(), values.end(), reinterpret_cast<float*>(memory),
                     [](double value) { return static_cast<float>(value); });
    }
  }
}

}  // namespace nnc::rt
