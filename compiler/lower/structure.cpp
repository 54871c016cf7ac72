// Values as text that tells apart whatever a body can tell apart: kinds, bits of numbers, declarations by
// their address, and which instances are one and the same. In: a trial's setup. Out: a key, not for reading.
#include "compiler/lower/structure.hpp"

#include <bit>
#include <unordered_map>

namespace nnc {
namespace {

class Writer {
 public:
  void add(const InstancePtr& instance) {
    const auto [known, fresh] = ordinals_.emplace(instance.get(), ordinals_.size());
    add_number(known->second);
    if (!fresh || instance == nullptr) return;
    add_address(instance->declaration);
    add_text(instance->name);
    add_text(instance->scope);
    add_number(instance->arguments.size());
    for (const auto& [name, value] : instance->arguments) {
      add_text(name);
      add(value);
    }
  }

  void add(const Value& value) {
    add_number(value.data.index());
    std::visit(ast::Overloaded{[](const ErrorValue&) {}, [](const NoneValue&) {},
                               [&](bool flag) { add_number(flag ? 1 : 0); },
                               [&](std::int64_t integer) { add_number(static_cast<std::uint64_t>(integer)); },
                               [&](double real) { add_real(real); },
                               [&](const std::string& text) { add_text(text); },
                               [&](const Word& word) { add_text(word.text); },
                               [&](const Dims& dims) {
                                 add_number(dims.sizes.size());
                                 for (const std::int64_t size : dims.sizes)
                                   add_number(static_cast<std::uint64_t>(size));
                               },
                               [&](const List& list) {
                                 add_number(list->size());
                                 for (const Value& item : *list) add(item);
                               },
                               [&](const Tensor& tensor) { add_number(tensor.node.position()); },
                               [&](const DeclarationRef& ref) { add_address(ref.declaration); },
                               [&](const BuiltinRef& ref) { add_address(ref.builtin); },
                               [&](const InstancePtr& instance) { add(instance); },
                               [&](const Initializer& initializer) {
                                 add_number(static_cast<std::uint64_t>(initializer.kind));
                                 add_real(initializer.first);
                                 add_real(initializer.second);
                               },
                               [&](const DataSplit& split) {
                                 add_address(split.data);
                                 add_number(split.train ? 1 : 0);
                               },
                               [&](const ValidationScheme&) { add_text(print_value(value)); },
                               [&](const Space&) { add_text(print_value(value)); }},
               value.data);
  }

  void add_number(std::uint64_t number) { text_.append(std::to_string(number)).push_back(' '); }
  void add_text(const std::string& text) {
    add_number(text.size());
    text_ += text;
  }
  std::string take() { return std::move(text_); }

 private:
  void add_real(double real) { add_number(std::bit_cast<std::uint64_t>(real)); }
  void add_address(const void* address) { add_number(std::bit_cast<std::uintptr_t>(address)); }

  std::string text_;
  std::unordered_map<const Instance*, std::size_t> ordinals_;
};

}  // namespace

std::string structure_of(const InstancePtr& instance) {
  Writer writer;
  writer.add(instance);
  return writer.take();
}

std::string structure_of(const TrialSetup& setup, const TrialPlan& trial) {
  Writer writer;
  writer.add(setup.model);
  writer.add(setup.loss);
  writer.add(setup.optimizer);
  writer.add_number(setup.schedule != nullptr ? 1 : 0);  // its numbers are in no graph
  writer.add_number(setup.data);
  for (const MetricPlan& metric : trial.metrics) {
    writer.add_text(metric.name);
    writer.add_number(metric.needs_probabilities ? 1 : 0);
  }
  return writer.take();
}

}  // namespace nnc
