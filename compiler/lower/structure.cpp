// Values as bytes that tell apart whatever a body can tell apart: kinds, bits of numbers, declarations by
// their address, and which instances are one and the same. In: declared things with their arguments. Out: a
// key, not for reading, and short to make: there is one for every point of a sweep.
#include "compiler/lower/structure.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

namespace nnc {
namespace {

class Writer {
 public:
  void add(const InstancePtr& instance) {
    const auto known = std::find(seen_.begin(), seen_.end(), instance.get());
    add_number(static_cast<std::uint64_t>(known - seen_.begin()));
    if (known != seen_.end() || instance == nullptr) return;
    seen_.push_back(instance.get());
    add_address(instance->declaration);
    add_text(instance->name);
    add_text(instance->scope);
    add_number(instance->arguments.size());
    for (const auto& [name, value] : instance->arguments) {
      add_text(name);
      add(value);
    }
    // Summaries show calls as they are written.
    for (const Instance::Given given : instance->given) text_.push_back(static_cast<char>(given));
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

  void add_number(std::uint64_t number) {
    const auto bytes = std::bit_cast<std::array<char, sizeof number>>(number);
    text_.append(bytes.data(), bytes.size());
  }
  void add_text(const std::string& text) {
    add_number(text.size());
    text_ += text;
  }
  std::string take() { return std::move(text_); }

 private:
  void add_real(double real) { add_number(std::bit_cast<std::uint64_t>(real)); }
  void add_address(const void* address) { add_number(std::bit_cast<std::uintptr_t>(address)); }

  std::string text_;
  std::vector<const Instance*> seen_;  // few; the place of each is its number
};

}  // namespace

std::string structure_of(const InstancePtr& instance) {
  Writer writer;
  writer.add(instance);
  return writer.take();
}

std::string model_structure(const TrialSetup& setup) {
  Writer writer;
  writer.add(setup.model);
  writer.add(setup.loss);
  writer.add_number(setup.data);
  return writer.take();
}

std::string optimizer_structure(const TrialSetup& setup) {
  Writer writer;
  writer.add(setup.optimizer);
  writer.add_number(setup.schedule != nullptr ? 1 : 0);  // its numbers are in no graph
  return writer.take();
}

std::string metric_demands(const TrialPlan& trial) {
  Writer writer;
  for (const MetricPlan& metric : trial.metrics) {
    writer.add_text(metric.name);
    writer.add_number(metric.needs_probabilities ? 1 : 0);
  }
  return writer.take();
}

}  // namespace nnc
