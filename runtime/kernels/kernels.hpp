// The one narrow door to everything that computes: kernels by operation, in two sets.
//   reference  naive loops for every operation in float and double; the float ones accumulate in double
//   fast       float kernels in SIMD; an operation without one is left to the reference
// In: views of inputs and output, attributes, scratch memory. Out: the output's elements, all of them,
// nothing else, or the share of one part of them. A kernel allocates nothing, fails never, and gives the same
// bits for the same inputs on every machine that has it, in any number of parts: each output element is
// computed in a fixed order that depends on the shapes alone.
// Callers make sure that shapes and types are those of ops/ (infer_shape). Sizes of 0 are fine and write
// nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "compiler/ops/ops.hpp"
#include "runtime/tensor/tensor.hpp"

namespace nnc::rt {

// What RandomUniform depends on besides its place.
struct RandomContext {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
};

// What an update of weights by their gradient works on, element by element.
struct UpdateCall {
  float* weights = nullptr;
  float* mean = nullptr;
  float* square = nullptr;
  std::array<float, 2> mean_numbers{}, square_numbers{}, step_numbers{};
  bool far = false;  // all of it together is more than the nearer caches hold

  // The same from some element on.
  [[nodiscard]] UpdateCall from(std::int64_t element) const {
    UpdateCall rest = *this;
    rest.weights += element;
    rest.mean += element;
    rest.square += element;
    return rest;
  }
};

// One execution of an operation. The output overlaps no input, except that an Elementwise operation may write
// to exactly the memory of an input of the output's shape, and Reshape to exactly its input's.
struct KernelCall {
  std::span<const TensorView> inputs;
  TensorView output;
  const Attributes* attributes = nullptr;
  RandomContext random;
  // At least workspace_bytes(...), aligned to 64; contents mean nothing, except that fast_finish_f32 reads
  // what the parts left.
  std::span<std::byte> workspace;
  // Which share of the output, or of its sums (fast_finish_f32), is computed, in how many; more than one only
  // up to useful_parts(...). The parts of one call may run at once, each with a workspace of its own, and
  // leave each other's elements alone.
  int part = 0;
  int parts = 1;
  // Conv2dMax only: also write the places of the maxima here, if there is memory.
  TensorView second = {};
  // The fast MatMul only: so many rows of the output alone, from this one on; output.data is where it goes.
  std::int64_t first_row = 0;
  std::int64_t rows = -1;  // all
  // The fast MatMul only: these rows are a gradient; update what belongs to them and leave nothing at
  // `output`, which is memory for them.
  const UpdateCall* update = nullptr;
};

using Kernel = void (*)(const KernelCall&);

#define NNC_OP(name, text, arity, attributes, kind, gradient) +1
inline constexpr std::size_t kOpCount = 0
#include "compiler/ops/ops.def"
    ;
#undef NNC_OP

// A value per operation, looked up by its kind.
template <class T>
struct OpTable {
  std::array<T, kOpCount> entries{};
  [[nodiscard]] T operator[](OpKind kind) const { return entries[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] T& at(OpKind kind) { return entries[static_cast<std::size_t>(kind)]; }
};

// Null for Input and Slot, which are memory and not work, and in the fast set where there is no fast kernel.
using KernelTable = OpTable<Kernel>;
const KernelTable& reference_kernels_f32();
const KernelTable& reference_kernels_f64();
// All null on a machine without fused multiply-add: then everything is left to the reference.
const KernelTable& fast_kernels_f32();

// What is left of a call in several parts when all of them are done, for one thread; null where nothing is.
// `workspace` is that of all parts, one after the other and equally large. A call in one part is complete
// without.
Kernel fast_finish_f32(OpKind kind);

// Scratch memory of the fast kernel, in bytes; the reference kernels need none. Shapes without a symbolic
// batch.
std::uint64_t workspace_bytes(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                              const Attributes& attributes);

// In how many parts a call of the fast kernel is worth being cut for threads, from 1 to `most`: 1 if the
// operation is never cut, or does so little that waking a thread takes longer.
int useful_parts(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                 const Attributes& attributes, int most);
// About how long a call of the fast kernel takes on one thread; 0 if there is no estimate.
double estimated_nanoseconds(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                             const Attributes& attributes);
// The same for any work, by an estimate of its time on one thread.
int useful_parts(double nanoseconds, int most);
// Whether the fast kernel of an operation computes shares at all.
bool is_cut_in_parts(OpKind kind);

// About how long one element of an Elementwise operation takes within a block, in nanoseconds.
double element_nanoseconds(OpKind kind);

// n contiguous elements of an Elementwise operation, without broadcasting, for fused steps. Pointers beyond
// the arity are ignored. `out` may be exactly any of the inputs. Any n, any alignment.
template <class T>
using BlockKernelOf = void (*)(const T* a, const T* b, const T* c, T* out, std::int64_t n);
using BlockKernel = BlockKernelOf<float>;
using WideBlockKernel = BlockKernelOf<double>;

// Null for operations that are not Elementwise. The fast table is complete: it holds the reference's where
// there is no fast one.
const OpTable<BlockKernel>& reference_blocks_f32();
const OpTable<WideBlockKernel>& reference_blocks_f64();
const OpTable<BlockKernel>& fast_blocks_f32();

// Several elementwise operations in one pass, as a tree.
struct CompoundTerm {
  enum class Kind : std::uint8_t { Operation, Vector, Number } kind = Kind::Vector;
  OpKind op = OpKind::Add;  // of an Operation
  int index = 0;            // which operand; of an Operation how many it has
};
struct CompoundKernel {
  static constexpr int kMaxVectors = 3;
  static constexpr int kMaxNumbers = 2;
  std::span<const CompoundTerm> terms;  // the root first, each operation before its operands
  // Vectors of n elements, numbers that are the same for all; `out` may be exactly one of the vectors.
  void (*run)(const float* const* vectors, const float* numbers, float* out, std::int64_t n);
};
// None on a machine without fused multiply-add. The larger of two that fit comes first.
std::span<const CompoundKernel> fast_compounds();

// Adam's compounds in one pass: a gradient makes a new mean and square, these make new weights, all in place.
struct UpdateKernel {
  const CompoundKernel* mean;    // of (mean, gradient)
  const CompoundKernel* square;  // of (square, gradient)
  const CompoundKernel* step;    // of (weights, new mean, new square)
  void (*run)(const UpdateCall& call, const float* gradient, std::int64_t n);
};
// Null on a machine without fused multiply-add.
const UpdateKernel* fast_update();

}  // namespace nnc::rt
