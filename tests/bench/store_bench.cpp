// How long the store takes: store_bench FOLDER [RECORDS]. Writes to FOLDER, which may be there from an
// earlier call with the same number; then only opening and finding are measured again.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "runtime/store/store.hpp"
#include "tests/unit/store_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

using Clock = std::chrono::steady_clock;

// Says what one of `count` calls took.
template <class Work>
void measure(const std::string& what, int count, Work work) {
  const auto start = Clock::now();
  for (int i = 0; i < count; ++i) {
    if (!work(i)) {
      std::printf("%s: failed\n", what.c_str());
      std::exit(1);
    }
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::printf("%-40s %10.3f ms each, %8.3f s for %d\n", what.c_str(), 1e3 * seconds / count, seconds, count);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const std::string folder = arguments[1];
  const int records = count > 2 ? std::atoi(arguments[2]) : 200;
  std::printf("a record has %zu bytes\n", trial_record_json(trial(1)).size());
  if (!opened(folder)->find(identity_of(records - 1)).value()) {
    const auto store = opened(folder);
    measure("put a record", records, [&](int i) { return store->put(trial(i)).ok(); });
  }
  if (records <= 1000) {
    const auto store = opened(folder);
    std::string content(800'000, 'x');
    const auto put = [&](int i) {
      content[0] = static_cast<char>(i);
      return store->put_object(ObjectKind::Weights, content).ok();
    };
    measure("put an object of 0.8 MB", 50, put);
    content.resize(16'000'000, 'y');
    measure("put an object of 16 MB", 20, put);
    measure("put an object of 16 MB that is there", 20, put);
  }
  measure("open", 3, [&](int) { return Store::open(folder).ok(); });
  measure("open for reading only", 3, [&](int) { return Store::open(folder, true).ok(); });
  const auto store = opened(folder);
  const int found = std::min(records, 10'000);
  measure("find a record", found, [&](int i) { return store->find(identity_of(i)).value().has_value(); });
  measure("find one that is not known", found,
          [&](int i) { return !store->find(identity_of(-2 - i)).value(); });
  measure("all", 1, [&](int) { return store->all().value().size() == static_cast<std::size_t>(records); });
  measure("sizes", 1, [&](int) { return store->sizes().ok(); });
  measure("verify", 1, [&](int) { return store->verify().value().empty(); });
  return 0;
}
