// How fast the kernels are on one thread: GFLOP/s of the fast set, beside the reference and (products) Eigen.
// In: an optional word: only the cases whose name contains it. Out: one line per case: the median and the
// best of several runs, interleaved. On a busy machine only the best means anything.
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernels/flush_denormals.hpp"
#include "runtime/kernels/kernels.hpp"

namespace {

using nnc::Attributes;
using nnc::OpKind;
using nnc::Shape;
using nnc::rt::TensorView;

constexpr int kRepetitions = 15;

// 64-byte aligned floats with plain values.
class Buffer {
 public:
  explicit Buffer(std::int64_t count) : bytes_(static_cast<std::size_t>(count) * sizeof(float) + 128) {
    for (std::int64_t i = 0; i < count; ++i) data()[i] = static_cast<float>((i * 37) % 101) / 101.0F - 0.5F;
  }
  float* data() {
    const auto address = reinterpret_cast<std::uintptr_t>(bytes_.data());
    return reinterpret_cast<float*>((address + 63) / 64 * 64);
  }
  std::byte* bytes() { return reinterpret_cast<std::byte*>(data()); }

 private:
  std::vector<std::byte> bytes_;
};

double seconds_of(const std::function<void()>& work, int times) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / times;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Bench {
  OpKind kind;
  std::vector<Shape> shapes;
  Attributes attributes;
  double work;  // floating-point operations, or elements
  const char* unit;
};

std::string_view wanted;

void run(const char* name, const Bench& bench, const std::function<void(float*, float*, float*)>& peer = {}) {
  if (std::string_view(name).find(wanted) == std::string_view::npos) return;
  const Shape output = std::get<Shape>(nnc::infer_shape(bench.kind, bench.shapes, bench.attributes));
  std::vector<Buffer> buffers;
  for (const Shape& shape : bench.shapes) buffers.emplace_back(*shape.element_count());
  Buffer out(*output.element_count());
  const std::uint64_t bytes = nnc::rt::workspace_bytes(bench.kind, bench.shapes, output, bench.attributes);
  Buffer workspace(static_cast<std::int64_t>(bytes / sizeof(float) + 1));
  std::vector<TensorView> inputs;
  for (std::size_t i = 0; i < bench.shapes.size(); ++i) {
    inputs.push_back({buffers[i].bytes(), bench.shapes[i].sizes(), nnc::ElementType::Float});
  }
  const nnc::rt::KernelCall call{inputs,
                                 {out.bytes(), output.sizes(), nnc::ElementType::Float},
                                 &bench.attributes,
                                 {},
                                 {workspace.bytes(), bytes}};
  const nnc::rt::Kernel reference = nnc::rt::reference_kernels_f32()[bench.kind];
  const nnc::rt::Kernel entry = nnc::rt::fast_kernels_f32()[bench.kind];
  const nnc::rt::Kernel fast = entry != nullptr ? entry : reference;
  const double once = seconds_of([&] { fast(call); }, 2);
  const int times = std::clamp(static_cast<int>(0.004 / once), 1, 100000);
  std::vector<double> fast_times;
  std::vector<double> peer_times;
  for (int i = 0; i < kRepetitions; ++i) {
    fast_times.push_back(seconds_of([&] { fast(call); }, times));
    if (peer)
      peer_times.push_back(
          seconds_of([&] { peer(buffers[0].data(), buffers[1].data(), out.data()); }, times));
  }
  const double naive = seconds_of([&] { reference(call); }, 1);
  const double time = median(fast_times);
  const double best = *std::min_element(fast_times.begin(), fast_times.end());
  std::printf("%-34s %9.1f us %7.1f %s/s, best %7.1f   reference x%.1f", name, time * 1e6,
              bench.work / time * 1e-9, bench.unit, bench.work / best * 1e-9, naive / time);
  if (peer)
    std::printf("   Eigen best %.1f",
                bench.work / *std::min_element(peer_times.begin(), peer_times.end()) * 1e-9);
  std::printf("\n");
}

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<RowMajor>;

void run_matmul(const char* name, std::int64_t m, std::int64_t k, std::int64_t n, bool transpose_lhs,
                bool transpose_rhs) {
  const Shape lhs = transpose_lhs ? Shape{k, m} : Shape{m, k};
  const Shape rhs = transpose_rhs ? Shape{n, k} : Shape{k, n};
  const auto peer = [=](float* a, float* b, float* c) {
    const View left(a, lhs[0], lhs[1]);
    const View right(b, rhs[0], rhs[1]);
    View result(c, m, n);
    if (transpose_lhs && transpose_rhs) result.noalias() = left.transpose() * right.transpose();
    if (transpose_lhs && !transpose_rhs) result.noalias() = left.transpose() * right;
    if (!transpose_lhs && transpose_rhs) result.noalias() = left * right.transpose();
    if (!transpose_lhs && !transpose_rhs) result.noalias() = left * right;
  };
  const double flops = 2.0 * static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(n);
  run(name, {OpKind::MatMul, {lhs, rhs}, nnc::MatMulAttributes{transpose_lhs, transpose_rhs}, flops, "GFLOP"},
      peer);
}

void run_conv(const char* name, const Shape& image, std::int64_t window, std::int64_t out_channels,
              std::int64_t pad = 0) {
  nnc::WindowAttributes attributes{{window, window}, {1, 1}, {pad, pad}, {pad, pad}, {}};
  const Shape kernel{window, window, image[3], out_channels};
  const Shape out = std::get<Shape>(nnc::infer_shape(OpKind::Conv2d, std::vector{image, kernel}, attributes));
  const double flops = 2.0 * static_cast<double>(*out.element_count() * window * window * image[3]);
  const std::string title = name;
  run((title + " forward").c_str(), {OpKind::Conv2d, {image, kernel}, attributes, flops, "GFLOP"});
  run((title + " grad kernel").c_str(), {OpKind::Conv2dGradKernel, {image, out}, attributes, flops, "GFLOP"});
  attributes.input_shape = image;
  run((title + " grad input").c_str(), {OpKind::Conv2dGradInput, {out, kernel}, attributes, flops, "GFLOP"});
}

void run_elements(const char* name, OpKind kind, const std::vector<Shape>& shapes,
                  const Attributes& attributes = {}) {
  run(name, {kind, shapes, attributes, static_cast<double>(*shapes[0].element_count()), "Gelem"});
}

}  // namespace

int main(int count, char** words) {
  if (count > 1) wanted = words[1];
  const nnc::rt::FlushDenormals flush;
  run_matmul("matmul 32x784x256", 32, 784, 256, false, false);
  run_matmul("matmul 784x32x256 (A^T)", 784, 32, 256, true, false);
  run_matmul("matmul 32x256x784 (B^T)", 32, 256, 784, false, true);
  run_matmul("matmul 32x256x10", 32, 256, 10, false, false);
  run_matmul("matmul 256x32x10 (A^T)", 256, 32, 10, true, false);
  run_matmul("matmul 32x10x256 (B^T)", 32, 10, 256, false, true);
  run_matmul("matmul 32x5408x256", 32, 5408, 256, false, false);
  run_matmul("matmul 5408x32x256 (A^T)", 5408, 32, 256, true, false);
  run_matmul("matmul 32x256x5408 (B^T)", 32, 256, 5408, false, true);
  run_matmul("matmul 512x512x512", 512, 512, 512, false, false);
  run_matmul("matmul 512x512x512 (B^T)", 512, 512, 512, false, true);
  run_matmul("matmul 512x512x512 (A^T B^T)", 512, 512, 512, true, true);
  run_matmul("matmul 64x4096x4096", 64, 4096, 4096, false, false);
  run_conv("conv 32x28x28x1 3x3x32", {32, 28, 28, 1}, 3, 32);
  run_conv("conv 32x13x13x32 3x3x64", {32, 13, 13, 32}, 3, 64);
  run_conv("conv 8x32x32x64 3x3x64 same", {8, 32, 32, 64}, 3, 64, 1);
  const nnc::WindowAttributes pool{{2, 2}, {2, 2}, {0, 0}, {0, 0}, {}};
  run_elements("max_pool 32x26x26x32", OpKind::MaxPool2d, {{32, 26, 26, 32}}, pool);
  run_elements("max_pool_grad 32x26x26x32", OpKind::MaxPool2dGrad, {{32, 26, 26, 32}, {32, 13, 13, 32}},
               pool);
  run_elements("add 32x256", OpKind::Add, {{32, 256}, {32, 256}});
  run_elements("add row 32x26x26x32", OpKind::Add, {{32, 26, 26, 32}, {32}});
  run_elements("exp 32x256", OpKind::Exp, {{32, 256}});
  run_elements("tanh 32x256", OpKind::Tanh, {{32, 256}});
  run_elements("sigmoid 32x256", OpKind::Sigmoid, {{32, 256}});
  run_elements("sum rows 32x256", OpKind::Sum, {{32, 256}}, nnc::AxesAttributes{{0}});
  run_elements("sum columns 32x256", OpKind::Sum, {{32, 256}}, nnc::AxesAttributes{{1}});
  run_elements("sum pixels 32x26x26x32", OpKind::Sum, {{32, 26, 26, 32}}, nnc::AxesAttributes{{0, 1, 2}});
  run_elements("softmax 32x10", OpKind::Softmax, {{32, 10}});
  run_elements("log_softmax 32x1000", OpKind::LogSoftmax, {{32, 1000}});
  run_elements("transpose 784x256", OpKind::Transpose, {{784, 256}}, nnc::PermutationAttributes{{1, 0}});
  return 0;
}
