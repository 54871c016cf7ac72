// Reference kernels over axes: Sum, Mean, MaxOver, Softmax, LogSoftmax. All accumulate in double.
// In: a tensor and the axes to reduce. Out: one number per remaining coordinate.
#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/kernels/reference/reference.hpp"

namespace nnc::rt {
namespace {

// Calls visit(element) for every element of the input that belongs to one output element, in order of memory.
template <class T, class F>
void visit_reduced(const KernelCall& call, std::int64_t position, F visit) {
  const TensorView& input = call.inputs[0];
  const std::vector<int>& axes = attributes_of<AxesAttributes>(call).axes;
  const Index strides = strides_of(input.sizes);
  const Index kept = unravel(position, call.output.sizes);
  std::int64_t base = 0;
  std::size_t next = 0;
  Index reduced_sizes{};
  for (std::size_t axis = 0, i = 0; axis < input.sizes.size(); ++axis) {
    if (next < axes.size() && axes[next] == static_cast<int>(axis)) {
      reduced_sizes[next++] = input.sizes[axis];
    } else {
      base += kept[i++] * strides[axis];
    }
  }
  std::int64_t count = 1;
  for (std::size_t i = 0; i < next; ++i) count *= reduced_sizes[i];
  for (std::int64_t k = 0; k < count; ++k) {
    const Index index = unravel(k, std::span(reduced_sizes).first(next));
    std::int64_t offset = base;
    for (std::size_t i = 0; i < next; ++i) offset += index[i] * strides[static_cast<std::size_t>(axes[i])];
    visit(input.as<T>()[offset]);
  }
}

template <class T>
void sum(const KernelCall& call) {
  const std::int64_t count = call.output.count();
  for (std::int64_t i = 0; i < count; ++i) {
    double total = 0;
    visit_reduced<T>(call, i, [&](T x) { total += static_cast<double>(x); });
    call.output.as<T>()[i] = static_cast<T>(total);
  }
}

// The mean of nothing is 0 / 0.
template <class T>
void mean(const KernelCall& call) {
  const std::int64_t count = call.output.count();
  for (std::int64_t i = 0; i < count; ++i) {
    double total = 0;
    double number = 0;
    visit_reduced<T>(call, i, [&](T x) { total += static_cast<double>(x), number += 1; });
    call.output.as<T>()[i] = static_cast<T>(number > 0 ? total / number : std::nan(""));
  }
}

// The maximum of nothing is -inf; a NaN wins.
template <class T>
void max_over(const KernelCall& call) {
  const std::int64_t count = call.output.count();
  for (std::int64_t i = 0; i < count; ++i) {
    T best = -std::numeric_limits<T>::infinity();
    visit_reduced<T>(call, i, [&](T x) { best = best > x || std::isnan(best) ? best : x; });
    call.output.as<T>()[i] = best;
  }
}

// A row whose maximum is not finite gives NaN: exp(inf - inf) has no meaning.
template <bool log, class T>
void softmax(const KernelCall& call) {
  const std::int64_t columns = call.output.sizes.back();
  const std::int64_t count = call.output.count();
  for (std::int64_t begin = 0; begin < count; begin += columns) {
    const T* x = call.inputs[0].as<T>() + begin;
    T* y = call.output.as<T>() + begin;
    const auto largest = static_cast<double>(*std::max_element(x, x + columns));
    double total = 0;
    for (std::int64_t i = 0; i < columns; ++i) total += std::exp(static_cast<double>(x[i]) - largest);
    for (std::int64_t i = 0; i < columns; ++i) {
      const double shifted = static_cast<double>(x[i]) - largest;
      y[i] = static_cast<T>(log ? shifted - std::log(total) : std::exp(shifted) / total);
    }
  }
}

}  // namespace

template <class T>
void add_reference_reductions(KernelTable& table) {
  table.at(OpKind::Sum) = &sum<T>;
  table.at(OpKind::Mean) = &mean<T>;
  table.at(OpKind::MaxOver) = &max_over<T>;
  table.at(OpKind::Softmax) = &softmax<false, T>;
  table.at(OpKind::LogSoftmax) = &softmax<true, T>;
}
template void add_reference_reductions<float>(KernelTable&);
template void add_reference_reductions<double>(KernelTable&);

}  // namespace nnc::rt
