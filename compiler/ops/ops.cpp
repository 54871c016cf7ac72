// The table of operations, filled from ops.def, and the element types of results.
// In: ops.def. Out: OpInfo by kind or by name. Shapes are in shape_rules.cpp.
#include "compiler/ops/ops.hpp"

#include <array>
#include <utility>

#include "compiler/base/check.hpp"

namespace nnc {
namespace {

// The position of a struct among the alternatives of Attributes.
template <class T, std::size_t... I>
constexpr std::size_t attribute_index_of(std::index_sequence<I...>) {
  return ((std::is_same_v<T, std::variant_alternative_t<I, Attributes>> ? I : 0) + ...);
}
template <class T>
constexpr std::size_t attribute_index_of() {
  return attribute_index_of<T>(std::make_index_sequence<std::variant_size_v<Attributes>>{});
}

enum class Gradient { Vjp, None };

constexpr std::array kOps = {
#define NNC_OP(name, text, arity, attributes, kind, gradient) \
  OpInfo{OpKind::name,                                        \
         text,                                                \
         arity,                                               \
         OpClass::kind,                                       \
         Gradient::gradient == Gradient::Vjp,                 \
         attribute_index_of<attributes>()},
#include "compiler/ops/ops.def"
#undef NNC_OP
};

}  // namespace

const OpInfo& op_info(OpKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  NNC_CHECK(index < kOps.size());
  return kOps[index];
}

std::span<const OpInfo> all_ops() { return kOps; }

std::optional<OpKind> find_op(std::string_view name) {
  for (const OpInfo& info : kOps) {
    if (info.name == name) return info.kind;
  }
  return std::nullopt;
}

ElementType infer_type(OpKind kind, std::span<const ElementType> inputs, const Attributes& attributes) {
  if (kind == OpKind::Input) {
    const auto* input = std::get_if<InputAttributes>(&attributes);
    return input != nullptr ? input->type : ElementType::Float;
  }
  if (kind == OpKind::Conv2dMaxPlace) return ElementType::Int;
  if (op_info(kind).op_class == OpClass::Movement && !inputs.empty()) return inputs.front();
  return ElementType::Float;
}

}  // namespace nnc
