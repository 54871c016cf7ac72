// Memory and steps. In: units in their order. Out: the plan. Work memory begins with what the caller writes
// (features, target, step), which stays untouched for the whole step; then the arena of buffers that come and
// go. State memory has the slots in order, those of the optimizer last, so that plans without an optimizer
// find the others at the same places.
#include "compiler/plan/emit.hpp"

#include <algorithm>
#include <bit>

#include "compiler/base/check.hpp"
#include "compiler/plan/access.hpp"
#include "compiler/plan/arena.hpp"

namespace nnc {
namespace {

using ir::NodeId;

constexpr std::size_t kNoBuffer = static_cast<std::size_t>(-1);

class Emitter {
 public:
  Emitter(const Units& units, const Schedule& schedule, const PlanOptions& options)
      : units_(units), graph_(units.graph()), schedule_(schedule), options_(options) {}

  StepPlan run() {
    plan_.wide = options_.wide;
    place_slots();
    place_inputs();
    find_last_uses();
    assign_buffers();
    const std::uint64_t arena_begin = plan_.work_bytes;
    for (Buffer& buffer : buffers_) buffer.bytes = align_bytes(buffer.bytes);
    plan_.work_bytes = add_bytes(arena_begin, place_buffers(buffers_));
    for (Buffer& buffer : buffers_) buffer.offset = add_bytes(buffer.offset, arena_begin);
    for (const std::size_t unit : schedule_.order) emit_unit(unit);
    for (const ir::Update& update : schedule_.copies) emit_copy(update);
    for (const ir::Output& output : graph_.outputs)
      plan_.outputs.push_back({output.name, operand_of(output.node)});
    return std::move(plan_);
  }

 private:
  [[nodiscard]] std::uint64_t bytes_of(const Shape& shape, ElementType type) const {
    const std::optional<std::int64_t> count = shape.element_count();
    const std::uint64_t width = type == ElementType::Float && options_.wide ? 8 : 4;
    if (!count || static_cast<std::uint64_t>(*count) > kImpossibleBytes / width) return kImpossibleBytes;
    return static_cast<std::uint64_t>(*count) * width;
  }

  // ---------------------------------------------------------------- memory that is not in the arena

  void place_slots() {
    slot_operands_.resize(graph_.slots.size());
    for (const bool optimizer : {false, true}) {
      for (std::size_t i = 0; i < graph_.slots.size(); ++i) {
        if ((graph_.slots[i].role == ir::SlotRole::Optimizer) == optimizer) place_slot(i);
      }
    }
  }

  // An optimizer walks over a weight and its moments side by side. Sizes are often multiples of a page, and
  // streams that lie whole pages apart fight for the same places in the caches (measured: twice the time), so
  // large slots begin at different places in their pages. An odd number of lines visits all 64.
  void stagger(const Shape& shape) {
    constexpr std::uint64_t kPage = 4096;
    constexpr std::uint64_t kStep = 21 * 64;
    const std::uint64_t bytes = bytes_of(shape, ElementType::Float);
    if (bytes < kPage || plan_.state_bytes >= kImpossibleBytes) return;
    plan_.state_bytes += (large_slots_++ * kStep - plan_.state_bytes) % kPage;
  }

  void place_slot(std::size_t index) {
    const ir::Slot& slot = graph_.slots[index];
    stagger(slot.shape);
    const Operand operand{Region::State, plan_.state_bytes, slot.shape, ElementType::Float};
    slot_operands_[index] = operand;
    plan_.state_bytes = add_bytes(plan_.state_bytes, align_bytes(bytes_of(slot.shape, ElementType::Float)));
    plan_.slots.push_back({slot.name, operand, slot.initializer, slot.stream,
                           slot.role == ir::SlotRole::Parameter, slot.role == ir::SlotRole::Optimizer});
  }

  std::vector<Operand>& inputs_of_role(InputAttributes::Role role) {
    switch (role) {
      case InputAttributes::Role::Features:
        return plan_.features;
      case InputAttributes::Role::Target:
        return plan_.target;
      case InputAttributes::Role::Step:
        return plan_.step;
      case InputAttributes::Role::Rate:
        return plan_.rate;
    }
    return plan_.features;
  }

  void place_inputs() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const ir::Node& node = graph_.nodes[i];
      if (node.op != OpKind::Input || !is_read(NodeId(i))) continue;
      std::vector<Operand>& place = inputs_of_role(std::get<InputAttributes>(node.attributes).role);
      if (place.empty()) {
        place.push_back({Region::Work, plan_.work_bytes, node.shape, node.type});
        plan_.work_bytes = add_bytes(plan_.work_bytes, align_bytes(bytes_of(node.shape, node.type)));
      }
      NNC_CHECK(place.front().shape == node.shape && place.front().type == node.type,
                "inputs of one role differ");
    }
  }

  [[nodiscard]] bool is_read(NodeId id) const {
    if (!units_.readers(id).empty()) return true;
    const auto is_root = [&](NodeId node) { return units_.root(node) == id; };
    return std::any_of(graph_.outputs.begin(), graph_.outputs.end(),
                       [&](const auto& o) { return is_root(o.node); }) ||
           std::any_of(graph_.updates.begin(), graph_.updates.end(),
                       [&](const auto& u) { return is_root(u.value); });
  }

  // ---------------------------------------------------------------- lifetimes

  // The last position in the order at which a node's memory is read; the end of the step for outputs and
  // copies.
  void find_last_uses() {
    std::vector<std::size_t> position(units_.count(), 0);
    for (std::size_t i = 0; i < schedule_.order.size(); ++i) position[schedule_.order[i]] = i;
    const std::size_t end = schedule_.order.size();
    last_use_.assign(graph_.nodes.size(), 0);
    stored_.assign(graph_.nodes.size(), false);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (const NodeId reader : units_.readers(NodeId(i))) {
        const std::size_t unit = units_.unit_of(reader);
        if (unit == Units::kNone || units_.reads_as_immediate(reader, NodeId(i))) continue;
        if (unit == units_.unit_of(NodeId(i))) continue;
        last_use_[i] = std::max(last_use_[i], position[unit]);
        stored_[i] = true;
      }
    }
    const auto keep = [&](NodeId id) {
      last_use_[units_.root(id).position()] = end;
      stored_[units_.root(id).position()] = true;
    };
    for (const ir::Output& output : graph_.outputs) keep(output.node);
    for (const ir::Update& update : graph_.updates) keep(update.value);
  }

  void assign_buffers() {
    buffer_of_.assign(graph_.nodes.size(), kNoBuffer);
    for (std::size_t position = 0; position < schedule_.order.size(); ++position) {
      const std::size_t unit = schedule_.order[position];
      std::vector<std::size_t> dying =
          options_.in_place ? find_dying_buffers(unit, position) : std::vector<std::size_t>{};
      for (const NodeId id : units_[unit].nodes) {
        if (stored_[id.position()] && !schedule_.in_place.contains(id)) assign_buffer(id, position, dying);
      }
    }
  }

  void assign_buffer(NodeId id, std::size_t position, std::vector<std::size_t>& dying) {
    const ir::Node& node = graph_.node(id);
    const std::uint64_t bytes = bytes_of(node.shape, node.type);
    const auto reused =
        std::find_if(dying.begin(), dying.end(), [&](auto b) { return buffers_[b].bytes == bytes; });
    const std::size_t last = std::max(last_use_[id.position()], position);
    if (reused != dying.end()) {
      buffer_of_[id.position()] = *reused;
      buffers_[*reused].end = last;
      dying.erase(reused);
      return;
    }
    buffer_of_[id.position()] = buffers_.size();
    buffers_.push_back({bytes, position, last, 0});
  }

  // The buffers that an elementwise unit is the last to read, and only element by element.
  std::vector<std::size_t> find_dying_buffers(std::size_t unit, std::size_t position) const {
    std::vector<std::size_t> dying;
    std::vector<std::size_t> repeated;
    for (const NodeId id : units_[unit].nodes) {
      const ir::Node& node = graph_.node(id);
      if (!units_[unit].fused && op_info(node.op).op_class != OpClass::Elementwise) continue;
      for (const NodeId input : node.inputs) {
        const NodeId root = units_.root(input);
        const std::size_t buffer = buffer_of_[root.position()];
        if (units_.unit_of(root) == unit || buffer == kNoBuffer || buffers_[buffer].end != position) continue;
        const bool full = find_access(graph_.node(input).shape, node.shape) == FusedStep::Access::Full;
        std::vector<std::size_t>& list = full ? dying : repeated;
        if (std::find(list.begin(), list.end(), buffer) == list.end()) list.push_back(buffer);
      }
    }
    if (units_[unit].producer.valid()) {
      for (const NodeId input : graph_.node(units_[unit].producer).inputs)
        repeated.push_back(buffer_of_[units_.root(input).position()]);
    }
    std::erase_if(dying,
                  [&](auto b) { return std::find(repeated.begin(), repeated.end(), b) != repeated.end(); });
    return dying;
  }

  // ---------------------------------------------------------------- steps

  [[nodiscard]] Operand operand_of(NodeId id) {
    const NodeId root = units_.root(id);
    const ir::Node& owner = graph_.node(root);
    Operand operand;
    if (owner.op == OpKind::Input) {
      operand = inputs_of_role(std::get<InputAttributes>(owner.attributes).role).front();
    } else if (owner.op == OpKind::Slot) {
      operand = slot_operands_[ir::slot_of(owner).position()];
    } else if (const auto slot = schedule_.in_place.find(root); slot != schedule_.in_place.end()) {
      operand = slot_operands_[static_cast<std::size_t>(slot->second)];
    } else {
      NNC_CHECK(buffer_of_[root.position()] != kNoBuffer, "a value without memory is read");
      operand.offset = buffers_[buffer_of_[root.position()]].offset;
    }
    operand.shape = graph_.node(id).shape;
    operand.type = owner.type;
    return operand;
  }

  void emit_unit(std::size_t unit) {
    if (units_[unit].fused) {
      plan_.steps.emplace_back(FusedEmitter{*this, unit, {}, {}, {}}.run());
      return;
    }
    const NodeId id = units_[unit].nodes.front();
    KernelStep step = kernel_step(id);
    step.output = operand_of(id);
    if (units_[unit].nodes.size() > 1) step.second = operand_of(units_[unit].nodes.back());
    plan_.steps.emplace_back(std::move(step));
  }

  // With an output that has a shape, but no place yet.
  KernelStep kernel_step(NodeId id) {
    const ir::Node& node = graph_.node(id);
    KernelStep step{node.op, node.attributes, {}, {Region::Work, 0, node.shape, node.type}};
    for (const NodeId input : node.inputs) step.inputs.push_back(operand_of(input));
    return step;
  }

  void emit_copy(const ir::Update& update) {
    FusedStep step;
    const Operand value = operand_of(update.value);
    step.shape = value.shape;
    step.inputs.push_back({value, FusedStep::Access::Full});
    step.stores.push_back({0, slot_operands_[update.slot.position()]});
    plan_.steps.emplace_back(std::move(step));
  }

  // One fused step: its inputs, each loaded once, then instructions in node order, then stores.
  struct FusedEmitter {
    Emitter& emitter;
    std::size_t unit;
    struct Load {
      NodeId root;
      FusedStep::Access access;
    };
    std::vector<Load> loads;
    std::vector<std::pair<NodeId, std::int32_t>> registers;         // of members
    std::vector<std::pair<std::uint64_t, std::int32_t>> constants;  // bits of the value
    FusedStep step = {};

    FusedStep run() {
      const Unit& members = emitter.units_[unit];
      step.shape = emitter.units_.space(unit);
      if (members.producer.valid()) step.producer = emitter.kernel_step(members.producer);
      for (const NodeId id : members.nodes) collect_loads(id);
      for (const NodeId id : members.nodes) emit_node(id);
      for (const NodeId id : members.nodes) {
        if (emitter.stored_[id.position()])
          step.stores.push_back({register_of_member(id), emitter.operand_of(id)});
      }
      return std::move(step);
    }

    [[nodiscard]] bool is_produced(NodeId root) const { return emitter.units_[unit].producer == root; }
    [[nodiscard]] bool is_member(NodeId root) const {
      return emitter.units_.unit_of(root) == unit && !is_produced(root);
    }
    [[nodiscard]] FusedStep::Access access_of(NodeId input) const {
      if (is_produced(emitter.units_.root(input))) return FusedStep::Access::Produced;
      const auto access = find_access(emitter.graph_.node(input).shape, step.shape);
      NNC_CHECK(access.has_value(), "an operand of a fused step repeats in an unknown way");
      return *access;
    }
    [[nodiscard]] std::size_t find_load(NodeId root, FusedStep::Access access) const {
      const auto found = std::find_if(loads.begin(), loads.end(), [&](const Load& load) {
        return load.root == root && load.access == access;
      });
      return static_cast<std::size_t>(found - loads.begin());
    }

    void collect_loads(NodeId id) {
      for (const NodeId input : emitter.graph_.node(id).inputs) {
        const NodeId root = emitter.units_.root(input);
        if (is_member(root) || emitter.graph_.node(root).op == OpKind::Constant) continue;
        const FusedStep::Access access = access_of(input);
        if (find_load(root, access) < loads.size()) continue;
        loads.push_back({root, access});
        const bool produced = access == FusedStep::Access::Produced;
        step.inputs.push_back({produced ? step.producer->output : emitter.operand_of(input), access});
      }
    }

    std::int32_t emit(OpKind op, std::vector<std::int32_t> operands, double constant) {
      step.instructions.push_back({op, std::move(operands), constant});
      return static_cast<std::int32_t>(step.inputs.size() + step.instructions.size() - 1);
    }

    std::int32_t register_of_constant(double value) {
      const auto bits = std::bit_cast<std::uint64_t>(value);
      for (const auto& [known, known_register] : constants) {
        if (known == bits) return known_register;
      }
      constants.emplace_back(bits, emit(OpKind::Constant, {}, value));
      return constants.back().second;
    }

    [[nodiscard]] std::int32_t register_of_member(NodeId id) const {
      const auto found =
          std::find_if(registers.begin(), registers.end(), [&](const auto& r) { return r.first == id; });
      NNC_CHECK(found != registers.end());
      return found->second;
    }

    std::int32_t register_of_input(NodeId input) {
      const NodeId root = emitter.units_.root(input);
      if (is_member(root)) return register_of_member(root);
      const ir::Node& owner = emitter.graph_.node(root);
      if (owner.op == OpKind::Constant) {
        return register_of_constant(std::get<ConstantAttributes>(owner.attributes).value);
      }
      return static_cast<std::int32_t>(find_load(root, access_of(input)));
    }

    void emit_node(NodeId id) {
      const ir::Node& node = emitter.graph_.node(id);
      if (const auto* constant = std::get_if<ConstantAttributes>(&node.attributes)) {
        registers.emplace_back(id, register_of_constant(constant->value));
        return;
      }
      std::vector<std::int32_t> operands;
      for (const NodeId input : node.inputs) operands.push_back(register_of_input(input));
      const bool copies = node.op == OpKind::Broadcast;
      registers.emplace_back(id, copies ? operands.front() : emit(node.op, std::move(operands), 0));
    }
  };

  const Units& units_;
  const ir::Graph& graph_;
  const Schedule& schedule_;
  const PlanOptions& options_;
  StepPlan plan_;
  std::vector<Operand> slot_operands_;
  std::uint64_t large_slots_ = 0;
  std::vector<Buffer> buffers_;
  std::vector<std::size_t> buffer_of_;  // per node
  std::vector<std::size_t> last_use_;   // per node
  std::vector<bool> stored_;            // per node: whether its value goes to memory
};

}  // namespace

StepPlan emit_plan(const Units& units, const Schedule& schedule, const PlanOptions& options) {
  return Emitter(units, schedule, options).run();
}

}  // namespace nnc
