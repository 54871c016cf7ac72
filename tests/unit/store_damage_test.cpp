// A store after something went wrong with its files: single bits, cut-off and missing files, other things in
// their place. Every acknowledged record must be found with its exact content, and an object is right or
// refused.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <map>
#include <random>

#include "runtime/store/store.hpp"
#include "tests/unit/store_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;
namespace fs = std::filesystem;

namespace {

constexpr int kTrials = 6;
const char* const kBase = "b1";

std::string weights_of(int number) {
  return "the weights of trial " + std::to_string(number) + std::string(300, 'w');
}

TrialRecord with_weights(Store& store, int number) {
  TrialRecord record = trial(number);
  record.weights_file = store.put_object(ObjectKind::Weights, weights_of(number)).value();
  return record;
}

// A store as a program leaves it that was killed after it had written everything: some in the database, some
// in its log.
class KilledStore {
 public:
  KilledStore() : place_(folder_.path() + "/killed"), work_(folder_.path() + "/work") {
    const int ended = run_program([&] {
      {
        const auto store = opened(place_);
        for (int number = 0; number < kTrials / 2; ++number) {
          if (!store->put(with_weights(*store, number))) return 1;
        }
      }
      const auto store = opened(place_);
      for (int number = kTrials / 2; number < kTrials; ++number) {
        if (!store->put(with_weights(*store, number))) return 1;
      }
      TrialRecord changed = with_weights(*store, 1);
      changed.reason = "put twice";
      std::vector<float> numbers(64, 0.5F);
      if (!store->put(changed) || !store->put_checkpoint(checkpoint(kBase, "s1", 3), tensors(numbers)))
        return 1;
      ::raise(SIGKILL);
      return 1;
    });
    REQUIRE(ended == 128 + SIGKILL);
    files_ = files_under(place_);
    const auto reader = opened(place_, true);
    for (TrialRecord& record : std::vector(reader->all().value())) records_.push_back(std::move(record));
    REQUIRE(records_.size() == kTrials);
    checkpoint_ = reader->checkpoints(kBase).value().at(0).object;
    // Reading changed nothing.
    REQUIRE(files_under(place_) == files_);
  }

  // A fresh copy to spoil.
  const std::string& fresh() {
    copy_folder(place_, work_);
    return work_;
  }
  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }
  [[nodiscard]] const std::vector<TrialRecord>& records() const { return records_; }
  [[nodiscard]] const std::string& checkpoint_object() const { return checkpoint_; }

 private:
  TemporaryFolder folder_;
  std::string place_;
  std::string work_;
  std::vector<std::string> files_;
  std::vector<TrialRecord> records_;
  std::string checkpoint_;
};

bool is_object(const std::string& file) {
  return file.starts_with("weights/") || file.starts_with("checkpoints/");
}

// Everything that must hold whatever happened to one file. Gives what verify() found.
std::vector<StoreDamage> check_store(const KilledStore& killed, const std::string& place,
                                     bool read_only = false) {
  const auto store = opened(place, read_only);
  for (const TrialRecord& record : killed.records()) {
    INFO(record.identity);
    CHECK(knows(*store, record));
    const Result<std::string> weights = store->read_object(ObjectKind::Weights, record.weights_file);
    if (weights) CHECK(weights.value() == weights_of(static_cast<int>(record.seed)));
  }
  CHECK(store->all().value().size() == kTrials);
  for (const CheckpointInfo& info : std::vector(store->checkpoints(kBase).value())) {
    CHECK(info.epoch == 3);
    const Result<std::string> content = store->read_object(ObjectKind::Checkpoint, info.object);
    if (content) CHECK(read_tensor_file(content.value()).ok());
  }
  const std::vector<std::string> notices = store->take_notices();
  Result<std::vector<StoreDamage>> found = store->verify();
  REQUIRE(found.ok());
  if (!notices.empty()) CHECK_FALSE(found.value().empty());
  for (const StoreDamage& damage : found.value()) {
    INFO(damage.file << ": " << damage.what << ", " << damage.remedy);
    CHECK((damage.repaired || is_object(damage.file)));
  }
  if (read_only) return found.value();
  // It is whole again, but for the objects that are to be made again, and goes on working.
  CHECK(store->put(trial(100)).ok());
  CHECK(knows(*store, trial(100)));
  for (const StoreDamage& damage : std::vector(store->verify().value())) {
    INFO(damage.file << ": " << damage.what << ", " << damage.remedy);
    CHECK(is_object(damage.file));
  }
  return found.value();
}

void flip(const std::string& path, std::uint64_t bit) {
  std::string content = content_of(path);
  content[bit / 8] ^= static_cast<char>(1 << bit % 8);
  write_content(path, content);
}

// A damaged copy, object or checkpoint is always seen; a bit of the database may lie where nothing is.
bool always_seen(const std::string& file) { return is_object(file) || file.starts_with("records/"); }

}  // namespace

TEST_CASE("a wrong bit anywhere loses no record, and is reported where it matters", "[store][damage]") {
  KilledStore killed;
  std::map<std::string, int> reported;
  std::mt19937_64 random(11);
  for (int round = 0; round < 1000; ++round) {
    // Half of the bits in the database and its log, which are larger than everything else.
    std::string file = killed.files()[random() % killed.files().size()];
    if (round % 2 == 0) file = round % 4 == 0 ? "store.db" : "store.db-wal";
    const std::string& place = killed.fresh();
    const std::uint64_t bits = 8 * fs::file_size(place + "/" + file);
    if (bits == 0) continue;
    const std::uint64_t bit = random() % bits;
    flip(place + "/" + file, bit);
    INFO("bit " << bit << " of " << file);
    const std::vector<StoreDamage> found = check_store(killed, place, round % 10 == 9);
    if (always_seen(file)) CHECK_FALSE(found.empty());
    if (!found.empty()) ++reported[file];
  }
  CHECK(reported["store.db"] > 20);
}

TEST_CASE("the first bytes of the database may be anything", "[store][damage]") {
  KilledStore killed;
  for (std::uint64_t bit = 0; bit < 800; bit += 3) {
    const std::string& place = killed.fresh();
    flip(place + "/store.db", bit);
    INFO("bit " << bit);
    check_store(killed, place);
  }
}

TEST_CASE("a file that was cut off loses no record", "[store][damage]") {
  KilledStore killed;
  std::mt19937_64 random(12);
  for (const std::string& file : killed.files()) {
    for (int round = 0; round < 6; ++round) {
      const std::string& place = killed.fresh();
      const std::uint64_t size = fs::file_size(place + "/" + file);
      if (size == 0) break;
      const std::uint64_t left = round == 0 ? 0 : random() % size;
      fs::resize_file(place + "/" + file, left);
      INFO(file << " has " << left << " of " << size << " bytes");
      const std::vector<StoreDamage> found = check_store(killed, place, round == 5);
      if (always_seen(file)) CHECK_FALSE(found.empty());
    }
  }
}

TEST_CASE("a file that is missing loses no record", "[store][damage]") {
  KilledStore killed;
  for (const std::string& file : killed.files()) {
    for (const bool read_only : {false, true}) {
      const std::string& place = killed.fresh();
      fs::remove(place + "/" + file);
      INFO(file << " is missing");
      check_store(killed, place, read_only);
    }
  }
}

TEST_CASE("whole folders may be missing", "[store][damage]") {
  KilledStore killed;
  for (const char* name : {"records", "weights", "checkpoints", "predictions"}) {
    const std::string& place = killed.fresh();
    fs::remove_all(place + "/" + name);
    INFO(name);
    check_store(killed, place);
  }
}

TEST_CASE("a block that was never written loses no record", "[store][damage]") {
  KilledStore killed;
  std::mt19937_64 random(13);
  for (int round = 0; round < 100; ++round) {
    const std::string& place = killed.fresh();
    const std::string file = round % 2 == 0 ? "store.db" : "store.db-wal";
    std::string content = content_of(place + "/" + file);
    const std::size_t block = random() % (content.size() / 512) * 512;
    for (std::size_t i = block; i < block + 512; ++i)
      content[i] = round % 3 == 0 ? '\0' : static_cast<char>(random());
    write_content(place + "/" + file, content);
    INFO("block at " << block << " of " << file);
    check_store(killed, place);
  }
}

TEST_CASE("other things in the place of a file are no trap", "[store][damage]") {
  KilledStore killed;
  const auto put = [](const std::string& path, int thing) {
    fs::remove(path);
    if (thing == 0) fs::create_directory(path);
    if (thing == 1) REQUIRE(::mkfifo(path.c_str(), 0666) == 0);
    if (thing == 2) fs::create_symlink("/dev/zero", path);
    if (thing == 3) fs::create_symlink(path, path);
    if (thing == 4) {
      fs::create_directory(path);
      write_content(path + "/inside", "x");
    }
  };
  std::vector<std::string> files = killed.files();
  files.emplace_back("lock");
  for (const std::string& file : files) {
    for (int thing = 0; thing < 5; ++thing) {
      const std::string& place = killed.fresh();
      put(place + "/" + file, thing);
      INFO(file << " is thing " << thing);
      check_store(killed, place, thing == 1);
    }
  }
}

TEST_CASE("a record with two damaged copies is trained again", "[store][damage]") {
  KilledStore killed;
  const std::string& place = killed.fresh();
  const TrialRecord& record = killed.records()[0];
  opened(place).reset();  // moves the log into the database
  std::string database = content_of(place + "/store.db");
  const std::size_t at =
      database.find(record.identity_fields[1].second, database.find(R"("identity":")" + record.identity));
  REQUIRE(at != std::string::npos);
  ++database[at];
  write_content(place + "/store.db", database);
  flip(place + "/records/" + record.identity + ".json", 4000);
  {
    const auto store = opened(place);
    CHECK_FALSE(store->find(record.identity).value());
    REQUIRE(store->take_notices().size() == 1);
    CHECK(store->all().value().size() == kTrials - 1);
    CHECK(store->put(record).ok());
    CHECK(knows(*store, record));
  }
  copy_folder(place, place + "-2");
  flip(place + "-2/records/" + record.identity + ".json", 4000);
  write_content(place + "-2/store.db", "nothing");
  const auto store = opened(place + "-2");
  CHECK(store->all().value().size() == kTrials - 1);
  CHECK(store->verify().ok());
}
