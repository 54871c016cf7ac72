// The threads of a trial: every part once, whatever the number of threads and whoever comes late. Also meant
// to be compiled by hand with -fsanitize=thread.
#include "runtime/exec/thread_team.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <limits>
#include <numeric>
#include <thread>
#include <vector>

namespace nnc::test {
namespace {

using rt::ThreadTeam;

TEST_CASE("every part is done once, for any number of parts and threads", "[team]") {
  for (const int threads : {1, 2, 3, 7}) {
    ThreadTeam team(threads);
    for (int parts = 0; parts <= 20; ++parts) {
      std::vector<int> done(static_cast<std::size_t>(parts), 0);  // not atomic: run() orders them
      team.run(parts, [&](int part) { ++done[static_cast<std::size_t>(part)]; });
      CHECK(done == std::vector<int>(static_cast<std::size_t>(parts), 1));
    }
  }
}

TEST_CASE("a number of threads that makes no sense is moved to one that does", "[team]") {
  CHECK(ThreadTeam(0).most() == 1);
  CHECK(ThreadTeam(-3).threads() == 1);
  ThreadTeam team(4);
  CHECK(team.threads() == 4);
  team.set_threads(9);
  CHECK(team.threads() == 4);
  team.set_threads(0);
  CHECK(team.threads() == 1);
}

TEST_CASE("many short runs, while the number of threads changes, lose no part", "[team]") {
  constexpr int kRuns = 20000;
  ThreadTeam team(5);
  std::atomic<bool> ends = false;
  std::thread other([&] {
    for (int i = 0; !ends; ++i) {
      team.set_threads(i % 6);
      std::this_thread::yield();
    }
  });
  std::vector<int> values(9, 0);
  long expected = 0;
  long sum = 0;
  for (int run = 0; run < kRuns; ++run) {
    const int parts = run % 10;
    team.run(parts, [&](int part) { values[static_cast<std::size_t>(part)] = run + part; });
    for (int part = 0; part < parts; ++part) {
      expected += run + part;
      sum += values[static_cast<std::size_t>(part)];
    }
  }
  ends = true;
  other.join();
  CHECK(sum == expected);
}

TEST_CASE("helpers that fell asleep wake up, and callers wait for slow ones", "[team]") {
  ThreadTeam team(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<int> done(3, 0);
    team.run(3, [&](int part) {
      if (part == round % 3) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      done[static_cast<std::size_t>(part)] = 1;
    });
    CHECK(std::accumulate(done.begin(), done.end(), 0) == 3);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST_CASE("a part goes to the same thread every time while none is late", "[team]") {
  ThreadTeam team(2);
  std::vector<std::thread::id> ids(2);
  for (int run = 0; run < 100; ++run) {
    std::atomic<int> arrived = 0;
    std::vector<std::thread::id> now(2);
    team.run(2, [&](int part) {
      now[static_cast<std::size_t>(part)] = std::this_thread::get_id();
      ++arrived;
      while (arrived < 2) std::this_thread::yield();  // each waits for the other, so nobody takes both
    });
    if (run == 0) ids = now;
    CHECK(now == ids);
  }
  CHECK(ids[0] == std::this_thread::get_id());
}

TEST_CASE("parts run at the same time, and helpers take denormal numbers for 0", "[team]") {
  ThreadTeam team(2);
  std::atomic<int> arrived = 0;
  std::vector<std::thread::id> ids(2);
  std::vector<float> products(2);
  team.run(2, [&](int part) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
    volatile float small = std::numeric_limits<float>::min();
    const auto i = static_cast<std::size_t>(part);
    products[i] = small * 0.5F;
    ids[i] = std::this_thread::get_id();
  });
  CHECK(ids[0] != ids[1]);
  const std::size_t helper = ids[0] == std::this_thread::get_id() ? 1 : 0;
#if defined(__SSE2__) || defined(__aarch64__)
  CHECK(products[helper] == 0);
#endif
}

}  // namespace
}  // namespace nnc::test
