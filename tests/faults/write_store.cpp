// Writes to a store whatever becomes of it: write_store FOLDER. Says "ack <trial>" for each record that is
// acknowledged, "failed <message>" for each failure, and at the end how many calls of the system the library
// in front of it counted.
#include <dlfcn.h>

#include <cstdio>

#include "runtime/store/store.hpp"
#include "tests/unit/store_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;

namespace {

bool succeeded(const auto& result) {
  if (!result) std::printf("failed %s\n", result.failure().message.c_str());
  return result.ok();
}

void put(Store& store, const TrialRecord& record, int number) {
  if (succeeded(store.put(record))) std::printf("ack %d\n", number);
}

// What could forget something or remove files because they cannot be read.
void care(Store& store) {
  const Result<std::vector<StoreDamage>> damages = store.verify();
  if (succeeded(damages)) {
    for (const StoreDamage& damage : damages.value()) {
      if (!damage.repaired) std::printf("failed %s: %s\n", damage.what.c_str(), damage.remedy.c_str());
    }
  }
  succeeded(store.all());
  if (const auto states = store.checkpoints("b"); succeeded(states)) {
    for (const CheckpointInfo& info : states.value())
      succeeded(store.read_object(ObjectKind::Checkpoint, info.object));
  }
  succeeded(store.clean({}, false));
}

// Goes on after each failure, as a run with many trials does.
bool write_all(const std::string& folder) {
  Result<std::unique_ptr<Store>> opened_store = Store::open(folder);
  if (!succeeded(opened_store)) return false;
  Store& store = *opened_store.value();
  std::vector<float> numbers(100, 1.5F);
  put(store, trial(1), 1);
  put(store, trial(2), 2);
  const Result<std::string> weights = store.put_object(ObjectKind::Weights, std::string(5000, 'w'));
  if (succeeded(weights)) {
    TrialRecord record = trial(4);
    record.weights_file = weights.value();
    if (succeeded(store.put(record))) std::printf("object %s\n", weights.value().c_str());
  }
  if (succeeded(store.put_checkpoint(checkpoint("b", "s", 1), tensors(numbers)))) std::puts("checkpoint 1");
  numbers[0] = 2;
  if (succeeded(store.put_checkpoint(checkpoint("b", "s", 2), tensors(numbers)))) std::puts("checkpoint 2");
  put(store, trial(1), 1);
  for (const int number : {0, 1, 2}) succeeded(store.find(identity_of(number)));
  put(store, trial(3), 3);
  care(store);
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const bool opened_it = write_all(arguments[1]);
  int (*calls)() = nullptr;
  *reinterpret_cast<void**>(&calls) = ::dlsym(RTLD_DEFAULT, "io_faults_calls");
  if (calls != nullptr) std::printf("calls %d\n", calls());
  return opened_it ? 0 : 1;
}
