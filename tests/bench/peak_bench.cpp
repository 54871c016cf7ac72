// How many multiplications and additions this machine does in a second, in single precision, out of
// registers: the limit of everything that is bound by arithmetic. In: how many threads at most (2). Out, as
// JSON: GFLOP/s of 1, 2, .. threads together, the best of several runs.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <hwy/highway.h>

namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int kChains = 12;  // more than the latency of a multiply-add times the units that do them
constexpr long kSteps = 20'000'000;
constexpr int kRuns = 7;

// Gives back a number that depends on all of the work, so that none of it can be left out.
// `start` is not known to the compiler, which would otherwise compute equal chains once.
float multiply_and_add(float start) {
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, 0.999F);
  const auto term = hn::Set(d, 0.001F);
  const auto chain = [&](int index) { return hn::Set(d, start * static_cast<float>(index)); };
  auto a = chain(1), b = chain(2), c = chain(3), e = chain(4), f = chain(5), g = chain(6);
  auto h = chain(7), i = chain(8), j = chain(9), k = chain(10), l = chain(11), m = chain(12);
  for (long step = 0; step < kSteps; ++step) {
    a = hn::MulAdd(a, factor, term);
    b = hn::MulAdd(b, factor, term);
    c = hn::MulAdd(c, factor, term);
    e = hn::MulAdd(e, factor, term);
    f = hn::MulAdd(f, factor, term);
    g = hn::MulAdd(g, factor, term);
    h = hn::MulAdd(h, factor, term);
    i = hn::MulAdd(i, factor, term);
    j = hn::MulAdd(j, factor, term);
    k = hn::MulAdd(k, factor, term);
    l = hn::MulAdd(l, factor, term);
    m = hn::MulAdd(m, factor, term);
  }
  const auto sum =
      hn::Add(hn::Add(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Add(hn::Add(f, g), hn::Add(h, i))),
              hn::Add(hn::Add(j, k), hn::Add(l, m)));
  return hn::GetLane(sum);
}

double flops_per_second(int threads, float start) {
  std::atomic<int> waiting{threads};
  std::vector<float> results(static_cast<std::size_t>(threads));
  std::chrono::steady_clock::time_point begin;
  const auto work = [&](int index) {
    if (waiting.fetch_sub(1) == 1) begin = std::chrono::steady_clock::now();
    while (waiting.load() > 0) {
    }
    results[static_cast<std::size_t>(index)] = multiply_and_add(start);
  };
  std::vector<std::thread> others;
  for (int index = 1; index < threads; ++index) others.emplace_back(work, index);
  work(0);
  for (std::thread& other : others) other.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (results.front() < 0) std::printf("never\n");
  const double lanes = static_cast<double>(hn::Lanes(hn::ScalableTag<float>()));
  return 2.0 * lanes * kChains * static_cast<double>(kSteps) * threads / seconds;
}

}  // namespace

int main(int count, char** words) {
  const float start = static_cast<float>(count) * 0.01F;
  const int most = count > 1 ? std::max(1, std::atoi(words[1])) : 2;
  std::printf("{\"lanes\": %zu, \"gflops\": {", hn::Lanes(hn::ScalableTag<float>()));
  for (int threads = 1; threads <= most; ++threads) {
    double best = 0;
    for (int run = 0; run < kRuns; ++run) best = std::max(best, flops_per_second(threads, start));
    std::printf("%s\"%d\": %.2f", threads == 1 ? "" : ", ", threads, best * 1e-9);
  }
  std::printf("}}\n");
  return 0;
}
