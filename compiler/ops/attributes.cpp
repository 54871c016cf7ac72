// The text form of attributes, as it stands in printed graphs.
// In: one Attributes value. Out: the words that ir/text_reader reads back; their forms are listed in the
// header.
#include "compiler/ops/attributes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nnc {
namespace {

std::string_view role_name(InputAttributes::Role role) {
  switch (role) {
    case InputAttributes::Role::Features:
      return "features";
    case InputAttributes::Role::Target:
      return "target";
    case InputAttributes::Role::Step:
      return "step";
    case InputAttributes::Role::Rate:
      return "rate";
  }
  return "unknown";
}

struct Printer {
  std::string operator()(const NoAttributes&) const { return {}; }
  std::string operator()(const InputAttributes& a) const {
    return fmt::format("role={} shape={} type={}", role_name(a.role), a.shape.to_string(),
                       a.type == ElementType::Int ? "int" : "float");
  }
  std::string operator()(const SlotAttributes& a) const { return fmt::format("slot={}", a.slot); }
  std::string operator()(const ConstantAttributes& a) const { return fmt::format("value={}", a.value); }
  std::string operator()(const AxesAttributes& a) const {
    return fmt::format("axes=[{}]", fmt::join(a.axes, ", "));
  }
  std::string operator()(const ShapeAttributes& a) const { return "shape=" + a.shape.to_string(); }
  std::string operator()(const PermutationAttributes& a) const {
    return fmt::format("order=[{}]", fmt::join(a.order, ", "));
  }
  std::string operator()(const MatMulAttributes& a) const {
    if (a.transpose_lhs && a.transpose_rhs) return "transpose_lhs=true transpose_rhs=true";
    if (a.transpose_lhs) return "transpose_lhs=true";
    return a.transpose_rhs ? "transpose_rhs=true" : "";
  }
  std::string operator()(const ConcatAttributes& a) const { return fmt::format("axis={}", a.axis); }
  std::string operator()(const SliceAttributes& a) const {
    return fmt::format("axis={} begin={} end={}", a.axis, a.begin, a.end);
  }
  std::string operator()(const PadAttributes& a) const {
    return fmt::format("axis={} before={} after={}", a.axis, a.before, a.after);
  }
  std::string operator()(const WindowAttributes& a) const {
    std::string text =
        fmt::format("window={}x{} stride={}x{} pad={}:{}x{}:{}", a.window[0], a.window[1], a.stride[0],
                    a.stride[1], a.pad_before[0], a.pad_after[0], a.pad_before[1], a.pad_after[1]);
    if (a.input_shape.rank() > 0) text += " input_shape=" + a.input_shape.to_string();
    if (a.pool != WindowAttributes{}.pool) text += fmt::format(" pool={}x{}", a.pool[0], a.pool[1]);
    return text;
  }
  std::string operator()(const ClassesAttributes& a) const { return fmt::format("classes={}", a.classes); }
  std::string operator()(const RandomAttributes& a) const {
    return fmt::format("place={} shape={}", a.place, a.shape.to_string());
  }
};

}  // namespace

std::string print_attributes(const Attributes& attributes) { return std::visit(Printer{}, attributes); }

}  // namespace nnc
