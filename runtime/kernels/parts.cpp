// What is worth being shared among threads. Only the time of a step depends on it, never its result, so the
// estimates are coarse: nanoseconds on one thread of a machine with 512-bit vectors and caches that hold what
// is worked on.
#include <algorithm>

#include "runtime/kernels/kernels.hpp"

namespace nnc::rt {
namespace {

// Calling a thread that spins takes less than a thousand. But what parts read lies in the cache of the thread
// that wrote it, and what they write is read by another: a line that changes hands takes up to a hundred, and
// small steps have some hundreds of lines.
constexpr double kSmallestPart = 16000;

constexpr double kPerProduct = 2.0 / 70;  // a multiplication with its addition, in tiles
constexpr double kPerPooled = 0.15;       // an element under a window
constexpr double kPerSummed = 0.06;
constexpr double kPerSoftmax = 1;
constexpr double kPerElement = 0.05;

double count(const Shape& shape) { return static_cast<double>(shape.element_count().value_or(0)); }

double window_count(const Attributes& attributes) {
  const auto& window = std::get_if<WindowAttributes>(&attributes)->window;
  return static_cast<double>(window[0] * window[1]);
}

struct Step {
  std::span<const Shape> inputs;
  const Shape& output;
  const Attributes& attributes;
};
using Estimate = double (*)(const Step&);

double product(const Step& s) {
  const bool transposed = std::get_if<MatMulAttributes>(&s.attributes)->transpose_lhs;
  return count(s.output) * static_cast<double>(s.inputs[0][transposed ? 0 : 1]) * kPerProduct;
}
// Also the gradient of the image, which is a convolution of the result's.
double convolution(const Step& s) {
  return count(s.output) * window_count(s.attributes) * static_cast<double>(s.inputs[0][3]) * kPerProduct;
}
double kernel_gradient(const Step& s) {
  return count(s.inputs[1]) * window_count(s.attributes) * static_cast<double>(s.inputs[0][3]) * kPerProduct;
}
double pool_count(const Attributes& attributes) {
  const auto& pool = std::get_if<WindowAttributes>(&attributes)->pool;
  return static_cast<double>(pool[0] * pool[1]);
}
double convolved_maxima(const Step& s) { return convolution(s) * pool_count(s.attributes); }
// Only what reached a maximum, at about half the speed of a tile.
double maxima_kernel_gradient(const Step& s) { return 2 * kernel_gradient(s); }
double maxima_image_gradient(const Step& s) {
  return 2 * count(s.inputs[0]) * window_count(s.attributes) * static_cast<double>(s.output[3]) * kPerProduct;
}
double pool(const Step& s) { return count(s.output) * window_count(s.attributes) * kPerPooled; }
double pool_gradient(const Step& s) {
  return count(s.inputs.back()) * window_count(s.attributes) * 2 * kPerPooled;
}
double softmax(const Step& s) { return count(s.output) * kPerSoftmax; }
// A single sum is never cut.
double sum(const Step& s) { return count(s.output) > 1 ? count(s.inputs[0]) * kPerSummed : 0; }

OpTable<Estimate> make_estimates() {
  OpTable<Estimate> table;
  table.at(OpKind::MatMul) = &product;
  table.at(OpKind::Conv2d) = &convolution;
  table.at(OpKind::Conv2dGradInput) = &convolution;
  table.at(OpKind::Conv2dGradKernel) = &kernel_gradient;
  table.at(OpKind::Conv2dMax) = &convolved_maxima;
  table.at(OpKind::Conv2dMaxPlace) = &convolved_maxima;
  table.at(OpKind::Conv2dMaxGradInput) = &maxima_image_gradient;
  table.at(OpKind::Conv2dMaxGradKernel) = &maxima_kernel_gradient;
  table.at(OpKind::MaxPool2d) = &pool;
  table.at(OpKind::AvgPool2d) = &pool;
  table.at(OpKind::MaxPool2dGrad) = &pool_gradient;
  table.at(OpKind::AvgPool2dGrad) = &pool_gradient;
  table.at(OpKind::Softmax) = &softmax;
  table.at(OpKind::LogSoftmax) = &softmax;
  table.at(OpKind::Sum) = &sum;
  table.at(OpKind::Mean) = &sum;
  return table;
}

OpTable<double> make_element_times() {
  OpTable<double> table;
  table.entries.fill(kPerElement);
  for (const OpKind kind : {OpKind::Divide, OpKind::Sqrt}) table.at(kind) = 3 * kPerElement;
  for (const OpKind kind : {OpKind::Exp, OpKind::Log, OpKind::Tanh, OpKind::Sigmoid, OpKind::Softplus}) {
    table.at(kind) = 10 * kPerElement;
  }
  for (const OpKind kind : {OpKind::Power, OpKind::Erf}) table.at(kind) = 200 * kPerElement;
  return table;
}

}  // namespace

int useful_parts(double nanoseconds, int most) {
  return static_cast<int>(std::clamp(nanoseconds / kSmallestPart, 1.0, static_cast<double>(most)));
}

double estimated_nanoseconds(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                             const Attributes& attributes) {
  static const OpTable<Estimate> estimates = make_estimates();
  return estimates[kind] != nullptr ? estimates[kind]({inputs, output, attributes}) : 0;
}

int useful_parts(OpKind kind, std::span<const Shape> inputs, const Shape& output,
                 const Attributes& attributes, int most) {
  if (!is_cut_in_parts(kind)) return 1;
  return useful_parts(estimated_nanoseconds(kind, inputs, output, attributes), most);
}

double element_nanoseconds(OpKind kind) {
  static const OpTable<double> times = make_element_times();
  return times[kind];
}

}  // namespace nnc::rt
