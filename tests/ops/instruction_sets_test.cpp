// The promise of equal bits: fast kernels give the same ones with every instruction set that has fused
// multiply-add, and none exist without. In: the cases of cases.hpp. The choice is made once per process, so
// each other choice gets a child.
#include <sys/wait.h>
#include <unistd.h>

#include <hwy/targets.h>
#include <catch2/catch.hpp>

#include "tests/ops/cases.hpp"
#include "tests/ops/harness.hpp"

namespace {

using namespace nnc::test;

// FNV-1a over the bits of the result of each case; 0 where there is no fast kernel.
std::vector<std::uint64_t> hash_results() {
  std::vector<std::uint64_t> hashes;
  for (const OpCase& c : op_cases()) {
    const nnc::rt::Kernel kernel = nnc::rt::fast_kernels_f32()[c.kind];
    std::uint64_t hash = 0;
    if (kernel != nullptr) {
      hash = 14695981039346656037ULL;
      const std::vector<Tensor> inputs = make_inputs(c);
      for (const float x : run_kernel<float>({c.kind, inputs, c.attributes, c.output}, kernel)) {
        hash = (hash ^ std::bit_cast<std::uint32_t>(x)) * 1099511628211ULL;
      }
    }
    hashes.push_back(hash);
  }
  return hashes;
}

// What a process gives that may not use some instruction sets.
std::vector<std::uint64_t> hash_results_without(std::int64_t targets) {
  std::vector<std::uint64_t> hashes(op_cases().size());
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  const auto bytes = static_cast<ssize_t>(hashes.size() * sizeof(std::uint64_t));
  if (child == 0) {
    hwy::DisableTargets(targets);
    hashes = hash_results();
    _exit(write(ends[1], hashes.data(), hashes.size() * sizeof(std::uint64_t)) == bytes ? 0 : 1);
  }
  close(ends[1]);
  std::size_t got = 0;
  while (got < static_cast<std::size_t>(bytes)) {
    const ssize_t n =
        read(ends[0], reinterpret_cast<char*>(hashes.data()) + got, static_cast<std::size_t>(bytes) - got);
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
  }
  close(ends[0]);
  int status = 1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(got == static_cast<std::size_t>(bytes));
  return hashes;
}

}  // namespace

// One test case: the children must be made before this process chooses.
TEST_CASE("every instruction set gives the same bits, and none without fused multiply-add is used",
          "[sets]") {
  constexpr std::int64_t kWide = HWY_AVX3 | HWY_AVX3_DL;
  const std::vector<std::uint64_t> narrow = hash_results_without(kWide);
  const std::vector<std::uint64_t> unfused = hash_results_without(kWide | HWY_AVX2 | HWY_NEON);
  const std::vector<std::uint64_t> best = hash_results();
  const std::vector<OpCase> cases = op_cases();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(cases[i].name());
    CHECK(narrow[i] == best[i]);
    CHECK(unfused[i] == 0);
  }
}
