// The operations as data, and the one set of shape rules that checks programs and builds graphs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/ops/attributes.hpp"
#include "compiler/types/shape.hpp"

namespace nnc {

enum class OpKind : std::uint8_t {
#define NNC_OP(name, text, arity, attributes, kind, gradient) name,
#include "compiler/ops/ops.def"
#undef NNC_OP
};

enum class OpClass : std::uint8_t { Leaf, Elementwise, Movement, Reduction, Contraction, Window, Index };

struct OpInfo {
  OpKind kind;
  std::string_view name;  // as printed in graphs
  int arity;              // -1 = one or more
  OpClass op_class;
  bool has_vjp;
  std::size_t attribute_index;  // index of its struct in the Attributes variant
};

const OpInfo& op_info(OpKind kind);
std::span<const OpInfo> all_ops();
std::optional<OpKind> find_op(std::string_view name);

// Why shapes do not fit an operation. The lowering turns it into a diagnostic with places.
struct ShapeError {
  enum class Kind : std::uint8_t {
    MatMulInner,     // inner sizes differ
    Operands,        // shapes do not broadcast, or a concatenation differs beside its axis
    WindowTooLarge,  // a window is larger than the (padded) image
    Reshape,         // element counts differ
    Rank,            // wrong number of axes
    Channels,        // a kernel's input channels differ from the image's
    Other,
  };
  Kind kind = Kind::Other;
  std::string message;  // lower case, no final period
};

// More axes than this are an error, so that kernels can keep their indices on the stack.
inline constexpr int kMaxRank = 16;

using ShapeResult = std::variant<Shape, ShapeError>;

// The shape of the result. Shapes may have a symbolic batch (kBatch) as their first axis. Anything may be
// passed: sizes below 1, too many elements (over 2^62), wrong arity or attributes all give a ShapeError. A
// Slot's shape is the graph's to know: here it is an error.
ShapeResult infer_shape(OpKind kind, std::span<const Shape> inputs, const Attributes& attributes);

// The element type of the result: Int for an Input that is a class target and for what only moves its
// elements.
ElementType infer_type(OpKind kind, std::span<const ElementType> inputs, const Attributes& attributes);

// Sizes after a window moves over an image axis: floor((size + before + after - window) / stride) + 1, or 0.
std::int64_t window_output_size(std::int64_t size, std::int64_t window, std::int64_t stride,
                                std::int64_t before, std::int64_t after);

}  // namespace nnc
