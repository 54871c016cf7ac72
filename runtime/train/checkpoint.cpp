// See checkpoint.hpp. Slots stand in the order of the plan; what they are called is for people, and is not
// looked at when a file is read: a layer may have another name by then.
#include "runtime/train/checkpoint.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstring>

#include "runtime/data/sha256.hpp"

namespace nnc::rt {
namespace {

constexpr std::string_view kHistory = "history/";
constexpr std::string_view kBest = "best/";

std::span<const std::byte> bytes_of(const StepPlan& plan, const PlannedSlot& slot, const Memory& memory) {
  const auto elements = static_cast<std::size_t>(slot.operand.shape.element_count().value_or(0));
  const std::size_t width =
      slot.operand.type == ElementType::Float && plan.wide ? sizeof(double) : sizeof(float);
  return {memory.data() + slot.operand.offset, elements * width};
}

TensorFile::Type type_of(const StepPlan& plan, const PlannedSlot& slot) {
  if (slot.operand.type == ElementType::Int) return TensorFile::Type::I32;
  return plan.wide ? TensorFile::Type::F64 : TensorFile::Type::F32;
}

void add_slots(TensorFile& file, std::string_view prefix, const StepPlan& plan, const Memory& memory,
               bool with_optimizer) {
  for (std::size_t i = 0; i < plan.slots.size(); ++i) {
    const PlannedSlot& slot = plan.slots[i];
    if (slot.optimizer && !with_optimizer) continue;
    file.tensors.push_back({fmt::format("{}{:03}.{}", prefix, i, slot.name), type_of(plan, slot),
                            slot.operand.shape.sizes(), bytes_of(plan, slot, memory)});
  }
}

// The tensors of a file that begin with a prefix, taken one after the other.
class SlotReader {
 public:
  SlotReader(const TensorFile& file, std::string prefix) : file_(file), prefix_(std::move(prefix)) {}

  bool read(const StepPlan& plan, bool with_optimizer, const Memory& memory) {
    for (const PlannedSlot& slot : plan.slots) {
      if (slot.optimizer && !with_optimizer) continue;
      const TensorFile::Tensor* tensor = next();
      const std::span<const std::byte> target = bytes_of(plan, slot, memory);
      if (tensor == nullptr || tensor->type != type_of(plan, slot) ||
          tensor->shape != slot.operand.shape.sizes() || tensor->data.size() != target.size()) {
        return false;
      }
      if (!target.empty())
        std::memcpy(memory.data() + slot.operand.offset, tensor->data.data(), target.size());
    }
    return next() == nullptr;
  }

 private:
  const TensorFile::Tensor* next() {
    while (place_ < file_.tensors.size()) {
      const TensorFile::Tensor& tensor = file_.tensors[place_++];
      if (tensor.name.starts_with(prefix_)) return &tensor;
    }
    return nullptr;
  }

  const TensorFile& file_;
  std::string prefix_;
  std::size_t place_ = 0;
};

std::string best_prefix(const BestState& best) {
  return fmt::format("{}{}.{}/", kBest, best.field, best.better == Direction::Higher ? "higher" : "lower");
}

// ---------------------------------------------------------------- numbers that are no tensors

std::string bits_text(double value) { return fmt::format("{:016x}", std::bit_cast<std::uint64_t>(value)); }

// Of the metadata; false if it is missing or no number.
template <class T>
bool read_number(const TensorFile& file, const char* name, T& value) {
  const auto found = file.metadata.find(name);
  if (found == file.metadata.end()) return false;
  const std::string& text = found->second;
  if constexpr (std::is_same_v<T, double>) {
    std::uint64_t bits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits, 16);
    value = std::bit_cast<double>(bits);
    return error == std::errc() && end == text.data() + text.size();
  } else {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  }
}

bool read_state(const TensorFile& file, TrainingState& state) {
  const bool numbers = read_number(file, "training.epoch", state.epoch) &&
                       read_number(file, "training.steps", state.steps) &&
                       read_number(file, "training.loss_sum", state.means.loss_sum) &&
                       read_number(file, "training.correct", state.means.correct) &&
                       read_number(file, "training.samples", state.means.samples) &&
                       read_number(file, "training.seconds", state.seconds_train) &&
                       read_number(file, "training.seconds_validated", state.seconds_validated);
  if (!numbers || state.epoch < 1 || state.steps < 0) return false;
  for (const TensorFile::Tensor& tensor : file.tensors) {
    if (!tensor.name.starts_with(kHistory)) continue;
    const bool fits =
        tensor.type == TensorFile::Type::F64 &&
        tensor.data.size() == static_cast<std::size_t>(state.finished_epochs()) * sizeof(double);
    if (!fits) return false;
    std::vector<double>& values = state.history[tensor.name.substr(kHistory.size())];
    values.resize(static_cast<std::size_t>(state.finished_epochs()));
    if (!values.empty()) std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
  }
  return true;
}

Failure another_network() { return Failure{"the file is of another network", {}}; }

}  // namespace

TensorFile checkpoint_file(const Machinery& machinery, const TrainingState& state) {
  TensorFile file;
  const StepPlan& plan = machinery.train.plan();
  add_slots(file, "slot/", plan, machinery.state, true);
  for (const BestState& best : machinery.best) add_slots(file, best_prefix(best), plan, best.memory, true);
  for (const auto& [name, values] : state.history) {
    file.tensors.push_back({std::string(kHistory) + name,
                            TensorFile::Type::F64,
                            {static_cast<std::int64_t>(values.size())},
                            std::as_bytes(std::span(values))});
  }
  file.metadata = {{"training.epoch", std::to_string(state.epoch)},
                   {"training.steps", std::to_string(state.steps)},
                   {"training.loss_sum", bits_text(state.means.loss_sum)},
                   {"training.correct", bits_text(state.means.correct)},
                   {"training.samples", bits_text(state.means.samples)},
                   {"training.seconds", bits_text(state.seconds_train)},
                   {"training.seconds_validated", bits_text(state.seconds_validated)}};
  return file;
}

Result<TrainingState> restore_checkpoint(const TensorFile& file, const Machinery& machinery) {
  const StepPlan& plan = machinery.train.plan();
  TrainingState state;
  if (!read_state(file, state) || !SlotReader(file, "slot/").read(plan, true, machinery.state))
    return another_network();
  for (const BestState& best : machinery.best) {
    if (state.history.count(best.field) == 0) return another_network();
    // Within the first epoch there is no best one yet.
    if (state.finished_epochs() == 0) continue;
    if (!SlotReader(file, best_prefix(best)).read(plan, true, best.memory))
      return Failure{"the file has no best state by that rule", {}};
  }
  return state;
}

TensorFile weights_file(const StepPlan& plan, const Memory& state) {
  TensorFile file;
  add_slots(file, "", plan, state, false);
  return file;
}

Status restore_weights(const TensorFile& file, const StepPlan& plan, const Memory& state) {
  if (!SlotReader(file, "").read(plan, false, state)) return another_network();
  return Done{};
}

std::string hash_weights(const StepPlan& plan, const Memory& state) {
  Sha256 sha;
  for (const PlannedSlot& slot : plan.slots) {
    if (!slot.optimizer) sha.add(bytes_of(plan, slot, state));
  }
  return sha.finish();
}

}  // namespace nnc::rt
