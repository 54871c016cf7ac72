// The store as one program uses it: records, objects, checkpoints, sizes, cleaning, opening.
#include "runtime/store/store.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "runtime/record/predictions.hpp"
#include "runtime/store/database.hpp"
#include "tests/unit/store_support.hpp"

using namespace nnc;
using namespace nnc::rt;
using namespace nnc::test;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> identities(const std::vector<TrialRecord>& records) {
  std::vector<std::string> result;
  for (const TrialRecord& record : records) result.push_back(record.identity);
  return result;
}

std::string all_text(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// A trial with weights and predictions that are in the store.
TrialRecord trial_with_files(Store& store, int number) {
  TrialRecord record = trial(number);
  record.weights_file = store.put_object(ObjectKind::Weights, "weights " + std::to_string(number)).value();
  record.predictions["test"] =
      store.put_object(ObjectKind::Predictions, "predictions " + std::to_string(number)).value();
  REQUIRE(store.put(record).ok());
  return record;
}

// No file can be opened while it is there.
class NoMoreFiles {
 public:
  NoMoreFiles() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    rlimit none = before_;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  }
  ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoMoreFiles(const NoMoreFiles&) = delete;
  NoMoreFiles& operator=(const NoMoreFiles&) = delete;

 private:
  rlimit before_{};
};

void run_sql(const std::string& place, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((place + "/store.db").c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

TEST_CASE("a record is found again, also by the next program", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/deep/.nnc";
  {
    const auto store = opened(place);
    CHECK_FALSE(store->find(identity_of(1)).value());
    REQUIRE(store->put(trial(1)).ok());
    CHECK(knows(*store, trial(1)));
    CHECK(store->folder() == place);
  }
  const auto store = opened(place);
  CHECK(knows(*store, trial(1)));
  CHECK_FALSE(store->find(identity_of(2)).value());
  CHECK_FALSE(store->find("../../etc/passwd").value());
  CHECK_FALSE(store->find("").value());
  CHECK(store->verify().value().empty());
  CHECK(store->take_notices().empty());
  CHECK(content_of(place + "/.gitignore") == "*\n");
}

TEST_CASE("records come in the order in which they were put, and the last one counts", "[store]") {
  const TemporaryFolder folder;
  const auto store = opened(folder.path() + "/s");
  for (const int number : {5, 3, 9, 1}) REQUIRE(store->put(trial(number)).ok());
  TrialRecord changed = trial(3);
  changed.reason = "again";
  REQUIRE(store->put(changed).ok());
  CHECK(identities(store->all().value()) ==
        std::vector<std::string>{identity_of(5), identity_of(9), identity_of(1), identity_of(3)});
  CHECK(knows(*store, changed));
  CHECK(opened(folder.path() + "/s")->all().value().size() == 4);
  CHECK(store->verify().value().empty());
}

TEST_CASE("trials with the same state are found by it", "[store]") {
  const TemporaryFolder folder;
  const auto store = opened(folder.path() + "/s");
  for (int number = 0; number < 25; ++number) REQUIRE(store->put(trial(number)).ok());
  CHECK(identities(store->with_state(trial(3).state).value()) ==
        std::vector<std::string>{identity_of(3), identity_of(13), identity_of(23)});
  CHECK(store->with_state("none").value().empty());
}

TEST_CASE("an object is stored once, under the SHA-256 of its content", "[store]") {
  const TemporaryFolder folder;
  const auto store = opened(folder.path() + "/s");
  const std::string name = store->put_object(ObjectKind::Predictions, "abc").value();
  CHECK(name == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(store->object_path(ObjectKind::Predictions, name) ==
        folder.path() + "/s/predictions/" + name + ".npy");
  const auto written = fs::last_write_time(store->object_path(ObjectKind::Predictions, name));
  CHECK(store->put_object(ObjectKind::Predictions, "abc").value() == name);
  CHECK(fs::last_write_time(store->object_path(ObjectKind::Predictions, name)) == written);
  CHECK(store->read_object(ObjectKind::Predictions, name).value() == "abc");
  CHECK(store->has_object(ObjectKind::Predictions, name));
  CHECK_FALSE(store->has_object(ObjectKind::Weights, name));
  CHECK_FALSE(store->has_object(ObjectKind::Weights, "../store.db"));
  CHECK_FALSE(store->read_object(ObjectKind::Weights, name).ok());
  CHECK_FALSE(store->read_object(ObjectKind::Weights, "../lock").ok());
  CHECK(store->put_object(ObjectKind::Weights, "").ok());
}

TEST_CASE("a damaged object is refused, put aside and can be made again", "[store]") {
  const TemporaryFolder folder;
  const auto store = opened(folder.path() + "/s");
  const std::string name = store->put_object(ObjectKind::Weights, "some weights").value();
  const std::string path = store->object_path(ObjectKind::Weights, name);

  write_content(path, "some Weights");
  const Result<std::string> read = store->read_object(ObjectKind::Weights, name);
  REQUIRE_FALSE(read.ok());
  CHECK(read.failure().message.find("is damaged") != std::string::npos);
  CHECK(content_of(path + ".damaged") == "some Weights");
  CHECK_FALSE(store->has_object(ObjectKind::Weights, name));
  CHECK(store->put_object(ObjectKind::Weights, "some weights").ok());
  CHECK(store->read_object(ObjectKind::Weights, name).ok());

  // Of the same size, shorter, or not a file at all: writing it again mends it.
  write_content(path, "some Weights");
  CHECK(store->put_object(ObjectKind::Weights, "some weights").ok());
  CHECK(store->read_object(ObjectKind::Weights, name).value() == "some weights");
  CHECK(all_text(store->take_notices()).find("written again") != std::string::npos);
  fs::remove(path);
  fs::create_directory(path);
  write_content(path + "/inside", "x");
  CHECK_FALSE(store->has_object(ObjectKind::Weights, name));
  CHECK(store->put_object(ObjectKind::Weights, "some weights").ok());
  CHECK(store->read_object(ObjectKind::Weights, name).value() == "some weights");
}

TEST_CASE("an object that is too short or too long is not there, a small one also if it says something else",
          "[store]") {
  const TemporaryFolder folder;
  const auto store = opened(folder.path() + "/s");
  const std::vector<float> values(50'000, 0.5F);
  TensorFile tensors;
  tensors.tensors.push_back({"w", TensorFile::Type::F32, {50'000}, std::as_bytes(std::span(values))});
  Predictions rows;
  rows.columns = 10;
  rows.samples.resize(5'000);
  rows.labels.resize(5'000);
  rows.scores.resize(50'000);
  for (const auto& [kind, content] : {std::pair(ObjectKind::Weights, tensor_file_content(tensors)),
                                      std::pair(ObjectKind::Predictions, predictions_content(rows)),
                                      std::pair(ObjectKind::Weights, std::string(100'000, 'x')),
                                      std::pair(ObjectKind::Predictions, std::string(100'000, 'x')),
                                      std::pair(ObjectKind::Weights, std::string("small"))}) {
    INFO(content.size() << " bytes of " << content.substr(0, 8));
    const std::string name = store->put_object(kind, content).value();
    const std::string path = store->object_path(kind, name);
    CHECK(store->has_object(kind, name));
    for (const std::size_t size : {content.size() - 4, content.size() + 1, std::size_t{4}, std::size_t{0}}) {
      fs::resize_file(path, size);
      CHECK_FALSE(store->has_object(kind, name));
    }
    write_content(path, content);
    CHECK(store->has_object(kind, name));
    std::string other = content;
    other.front() ^= 1;
    write_content(path, other);
    CHECK_FALSE(store->has_object(kind, name));
  }
}

TEST_CASE("a huge file in the place of an object takes no memory", "[store]") {
  const TemporaryFolder folder;
  const auto store = opened(folder.path() + "/s");
  const std::string name = store->put_object(ObjectKind::Weights, "w").value();
  fs::resize_file(store->object_path(ObjectKind::Weights, name), std::uintmax_t{1} << 42);
  CHECK_FALSE(store->read_object(ObjectKind::Weights, name).ok());
  REQUIRE(store->put(trial(1)).ok());
  fs::resize_file(folder.path() + "/s/records/" + identity_of(1) + ".json", std::uintmax_t{1} << 42);
  CHECK(knows(*store, trial(1)));
  CHECK(store->verify().value().size() == 1);
  CHECK(store->verify().value().empty());
}

TEST_CASE("a checkpoint of a state replaces the one before", "[store]") {
  const TemporaryFolder folder;
  const auto store = opened(folder.path() + "/s");
  std::vector<float> numbers{1, 2, 3};
  REQUIRE(store->put_checkpoint(checkpoint("b1", "s1", 1), tensors(numbers)).ok());
  numbers[0] = 5;
  REQUIRE(store->put_checkpoint(checkpoint("b1", "s1", 2), tensors(numbers)).ok());
  REQUIRE(store->put_checkpoint(checkpoint("b1", "s2", 7), tensors(numbers)).ok());
  REQUIRE(store->put_checkpoint(checkpoint("b2", "s3", 1), tensors(numbers)).ok());
  const std::vector<CheckpointInfo> found = store->checkpoints("b1").value();
  REQUIRE(found.size() == 2);
  CHECK(found[0].state == "s1");
  CHECK(found[0].epoch == 2);
  CHECK(found[0].steps == 100);
  CHECK(found[0].complete);
  const std::string content = store->read_object(ObjectKind::Checkpoint, found[0].object).value();
  CHECK(found[0].bytes == content.size());
  const Result<TensorFile> file = read_tensor_file(content);
  REQUIRE(file.ok());
  CHECK(file.value().metadata.at("state") == "s1");
  CHECK(file.value().tensors.at(0).data.size() == 12);
  CHECK(files_under(folder.path() + "/s/checkpoints").size() == 3);

  REQUIRE(store->drop_checkpoint("s1").ok());
  REQUIRE(store->drop_checkpoint("unknown").ok());
  CHECK(store->checkpoints("b1").value().size() == 1);
  CHECK(files_under(folder.path() + "/s/checkpoints").size() == 2);
  fs::remove(store->object_path(ObjectKind::Checkpoint, store->checkpoints("b2").value()[0].object));
  CHECK(store->checkpoints("b2").value().empty());
}

TEST_CASE("the database is made again from the files", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  std::vector<float> numbers{1, 2, 3};
  {
    const auto store = opened(place);
    for (int number = 0; number < 12; ++number) REQUIRE(store->put(trial(number)).ok());
    REQUIRE(store->put_checkpoint(checkpoint("b1", "s1", 4), tensors(numbers)).ok());
  }
  const std::vector<std::string> in_order = identities(opened(place)->all().value());
  for (const std::string& damage : {std::string("nonsense"), std::string(), std::string(100'000, '\0')}) {
    write_content(place + "/store.db", damage);
    const auto store = opened(place);
    CHECK(store->take_notices().size() == 1);
    CHECK(identities(store->all().value()) == in_order);
    REQUIRE(store->checkpoints("b1").value().size() == 1);
    CHECK(store->checkpoints("b1").value()[0].epoch == 4);
    CHECK_FALSE(store->verify().value().empty());
    CHECK(store->verify().value().empty());
  }
  CHECK(fs::exists(place + "/store.db.damaged-1"));
}

TEST_CASE("what has no second copy gets one when a store is opened", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  for (int number = 0; number < 3; ++number) REQUIRE(opened(place)->put(trial(number)).ok());
  const std::string copy = content_of(place + "/records/" + identity_of(1) + ".json");
  fs::remove_all(place + "/records");
  CHECK(opened(place)->take_notices().empty());
  CHECK(content_of(place + "/records/" + identity_of(1) + ".json") == copy);
}

TEST_CASE("sizes count what is needed apart from what is left over", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  const auto store = opened(place);
  std::vector<float> numbers{1};
  for (int number = 0; number < 3; ++number) trial_with_files(*store, number);
  REQUIRE(store->put_checkpoint(checkpoint("b", "s", 1), tensors(numbers)).ok());
  REQUIRE(store->put_object(ObjectKind::Weights, "nobody needs this").ok());
  write_content(place + "/records/.tmp-1-0", "cut off");
  write_content(place + "/my notes.txt", "stay");
  const StoreSizes sizes = store->sizes().value();
  CHECK(sizes.trials == 3);
  CHECK(sizes.weights == 3);
  CHECK(sizes.weight_bytes == 3 * std::string("weights 0").size());
  CHECK(sizes.predictions == 3);
  CHECK(sizes.checkpoints == 1);
  CHECK(sizes.checkpoint_bytes > 0);
  CHECK(sizes.leftovers == 2);
  CHECK(sizes.leftover_bytes == std::string("nobody needs this").size() + std::string("cut off").size());
  CHECK(sizes.record_bytes > 3 * trial_record_json(trial(0)).size());
}

TEST_CASE("cleaning removes what was asked for, and says the same before it does", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  const auto store = opened(place);
  std::vector<float> numbers{1};
  const TrialRecord first = trial_with_files(*store, 0);
  TrialRecord second = trial(1);  // shares the weights of the first
  second.weights_file = first.weights_file;
  REQUIRE(store->put(second).ok());
  const TrialRecord third = trial_with_files(*store, 2);
  REQUIRE(store->put_checkpoint(checkpoint("b", "s", 1), tensors(numbers)).ok());
  write_content(place + "/weights/.tmp-1-0", "cut off");
  write_content(place + "/my notes.txt", "stay");

  CleanRequest request;
  request.trials = {first.identity, third.identity, identity_of(77)};
  const StoreSizes would = store->clean(request, true).value();
  CHECK(knows(*store, first));
  const StoreSizes did = store->clean(request, false).value();
  for (const StoreSizes& sizes : {would, did}) {
    CHECK(sizes.trials == 2);
    CHECK(sizes.weights == 1);
    CHECK(sizes.predictions == 2);
    CHECK(sizes.checkpoints == 0);
    CHECK(sizes.leftovers == 1);
  }
  CHECK(identities(store->all().value()) == std::vector<std::string>{second.identity});
  CHECK(store->has_object(ObjectKind::Weights, first.weights_file));
  CHECK_FALSE(store->has_object(ObjectKind::Weights, third.weights_file));
  CHECK(store->checkpoints("b").value().size() == 1);
  request = {};
  request.checkpoints = true;
  CHECK(store->clean(request, false).value().checkpoints == 1);
  CHECK(store->checkpoints("b").value().empty());
  CHECK(fs::exists(place + "/my notes.txt"));
  CHECK(store->verify().value().empty());
  CHECK_FALSE(opened(place)->find(first.identity).value());
}

TEST_CASE("cleaning keeps what a record needs that this nnc cannot read", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  const TrialRecord known = trial_with_files(*opened(place), 0);
  const TrialRecord foreign = trial_with_files(*opened(place), 1);
  make_foreign(place, foreign);
  const std::string copy = content_of(place + "/records/" + foreign.identity + ".json");
  const auto store = opened(place);
  CHECK_FALSE(store->find(foreign.identity).value());
  CHECK(all_text(store->take_notices()).find("another version of nnc") != std::string::npos);
  CHECK(store->all().value().size() == 1);
  CHECK(store->sizes().value().trials == 2);
  CHECK(store->sizes().value().leftovers == 0);
  for (const bool dry_run : {true, false}) {
    const StoreSizes removed = store->clean({}, dry_run).value();
    CHECK(removed.trials == 0);
    CHECK(removed.leftovers == 0);
    CHECK(removed.weights + removed.predictions == 0);
  }
  CHECK(store->has_object(ObjectKind::Weights, foreign.weights_file));
  CHECK(store->has_object(ObjectKind::Predictions, foreign.predictions.at("test")));
  CHECK(content_of(place + "/records/" + foreign.identity + ".json") == copy);
  CHECK(store->verify().value().empty());

  CleanRequest request;
  request.trials = {foreign.identity};
  const StoreSizes removed = store->clean(request, false).value();
  CHECK(removed.trials == 1);
  CHECK(removed.weights == 1);
  CHECK(removed.predictions == 1);
  CHECK_FALSE(store->has_object(ObjectKind::Weights, foreign.weights_file));
  CHECK(store->identities() == std::vector<std::string>{known.identity});
  CHECK(knows(*store, known));
}

TEST_CASE("cleaning waits for nobody: another program makes it fail", "[store]") {
  const TemporaryFolder folder;
  const auto store = opened(folder.path() + "/s");
  {
    const auto other = opened(folder.path() + "/s");
    const Result<StoreSizes> cleaned = store->clean({}, false);
    REQUIRE_FALSE(cleaned.ok());
    CHECK(cleaned.failure().message.find("another program is using the store") != std::string::npos);
    CHECK_FALSE(cleaned.failure().hint.empty());
  }
  CHECK(store->clean({}, false).ok());
}

TEST_CASE("two stores of one folder see each other's records", "[store]") {
  const TemporaryFolder folder;
  const auto first = opened(folder.path() + "/s");
  const auto second = opened(folder.path() + "/s");
  for (int number = 0; number < 20; ++number) {
    REQUIRE((number % 2 == 0 ? first : second)->put(trial(number)).ok());
    CHECK(knows(number % 2 == 0 ? *second : *first, trial(number)));
  }
  CHECK(first->all().value().size() == 20);
  CHECK(second->verify().value().empty());
}

TEST_CASE("a store follows when another one makes the database again", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  const auto first = opened(place);
  REQUIRE(first->put(trial(1)).ok());
  for (const char* part : {"store.db", "store.db-wal", "store.db-shm"})
    fs::rename(place + "/" + part, place + "/old-" + part);
  const auto second = opened(place);
  REQUIRE(second->put(trial(2)).ok());
  CHECK(knows(*first, trial(2)));
  REQUIRE(first->put(trial(3)).ok());
  CHECK(knows(*second, trial(1)));
  CHECK(knows(*second, trial(3)));
  CHECK(second->verify().value().size() == 1);  // that it was made again
}

TEST_CASE("a claim excludes other stores until it goes away", "[store]") {
  const TemporaryFolder folder;
  const auto first = opened(folder.path() + "/s");
  const auto second = opened(folder.path() + "/s");
  {
    std::optional<StoreClaim> claim = first->try_claim(identity_of(1));
    REQUIRE(claim);
    CHECK_FALSE(second->try_claim(identity_of(1)));
    CHECK(second->try_claim(identity_of(2)));
    CHECK(first->try_claim(identity_of(3)));
    StoreClaim moved = std::move(*claim);
    claim.reset();
    CHECK_FALSE(second->try_claim(identity_of(1)));
  }
  CHECK(second->try_claim(identity_of(1)));
  CHECK(first->try_claim(std::string(64, 'f')));
  CHECK(first->try_claim(std::string(64, '0')));
}

TEST_CASE("threads may use one store at once", "[store]") {
  const TemporaryFolder folder;
  const auto store = opened(folder.path() + "/s");
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 10; ++i) {
        const TrialRecord record = trial(thread * 10 + i);
        const bool good = store->put(record).ok() && knows(*store, record) &&
                          store->put_object(ObjectKind::Weights, "same for all " + std::to_string(i)).ok() &&
                          store->all().ok() && store->try_claim(record.identity);
        wrong += good ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(store->all().value().size() == 40);
  CHECK(store->verify().value().empty());
}

TEST_CASE("reading only needs no folder and makes none", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/none";
  const auto store = opened(place, true);
  CHECK_FALSE(store->find(identity_of(1)).value());
  CHECK(store->all().value().empty());
  CHECK(store->with_state("x").value().empty());
  CHECK(store->checkpoints("x").value().empty());
  CHECK(store->verify().value().empty());
  CHECK(store->sizes().value().trials == 0);
  CHECK_FALSE(store->read_object(ObjectKind::Weights, std::string(64, 'a')).ok());
  CHECK_FALSE(store->put(trial(1)).ok());
  CHECK_FALSE(store->put_object(ObjectKind::Weights, "x").ok());
  CHECK_FALSE(store->clean({}, false).ok());
  CHECK_FALSE(store->drop_checkpoint("s").ok());
  CHECK(store->try_claim(identity_of(1)));
  CHECK_FALSE(fs::exists(place));
}

TEST_CASE("reading only changes nothing, closed or in use", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  const auto look = [&] {
    const std::vector<std::string> before = files_under(place);
    const auto reader = opened(place, true);
    CHECK(reader->all().value().size() == 5);
    CHECK(knows(*reader, trial(3)));
    CHECK(reader->with_state(trial(3).state).value().size() == 1);
    CHECK(reader->verify().value().empty());
    CHECK(files_under(place) == before);
  };
  {
    const auto store = opened(place);
    for (int number = 0; number < 5; ++number) REQUIRE(store->put(trial(number)).ok());
    look();
  }
  look();
}

TEST_CASE("a path with two slashes first, or one like a URI, is a path", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  {
    const auto store = opened(place);
    REQUIRE(store->put(trial(1)).ok());
    REQUIRE(store->put_checkpoint(CheckpointInfo{"b", "s", 1, 1, false, "", 0}, TensorFile{}).ok());
  }
  const auto reader = opened("/" + place, true);
  CHECK(reader->checkpoints("b").value().size() == 1);
  CHECK(reader->take_notices().empty());
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  for (const std::string name : {"file:x", "file:y?mode=memory", ":memory:", "file:///z%20"}) {
    INFO(name);
    REQUIRE(opened(name)->put(trial(1)).ok());
    CHECK(fs::exists(fs::path(folder.path()) / name / "store.db"));
    const auto again = opened(name, true);
    CHECK(knows(*again, trial(1)));
    CHECK(again->take_notices().empty());
  }
  fs::current_path(before);
}

TEST_CASE("a path that is too long for a database is refused as that", "[store]") {
  const TemporaryFolder folder;
  const std::string place =
      folder.path() + "/" + std::string(200, 'x') + "/" + std::string(200, 'y') + "/" + std::string(150, 'z');
  const auto store = Store::open(place);
  REQUIRE_FALSE(store.ok());
  CHECK_THAT(store.failure().message, Catch::Contains("too long"));
}

TEST_CASE("a database that may not be written is left as it is, and what keeps it from that is named",
          "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  REQUIRE(opened(place)->put(trial(1)).ok());
  fs::permissions(folder.path(), fs::perms::all);
  for (const auto& file : fs::recursive_directory_iterator(place)) fs::permissions(file, fs::perms::all);
  fs::permissions(place, fs::perms::all);
  // The superuser may write everything.
  const auto message_of = [&] {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(1);
      const auto store = Store::open(place);
      const std::string message = store.ok() ? "opened" : store.failure().message;
      ::_exit(::write(ends[1], message.data(), message.size()) < 0 ? 1 : 0);
    }
    ::close(ends[1]);
    std::string message(1000, '\0');
    message.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(ends[0], message.data(), 1000), 0)));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return message;
  };
  const auto read_only = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
  fs::permissions(place + "/store.db", read_only);
  CHECK_THAT(message_of(), Catch::Contains("cannot write") && Catch::Contains("store.db`"));
  CHECK_FALSE(fs::exists(place + "/store.db-shm"));
  fs::permissions(place + "/store.db", fs::perms::all);
  write_content(place + "/store.db-shm", "");
  fs::permissions(place + "/store.db-shm", read_only);
  CHECK_THAT(message_of(), Catch::Contains("cannot write") && Catch::Contains("store.db-shm`"));
  fs::permissions(place + "/store.db-shm", fs::perms::all);
  CHECK(message_of() == "opened");
}

TEST_CASE("who is asked to stop waits for another program only for a moment", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  std::atomic<bool> stop = false;
  { const auto store = opened(place); }
  const int file = ::open((place + "/lock").c_str(), O_RDWR | O_CLOEXEC);
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  range.l_len = 1;
  REQUIRE(::fcntl(file, F_OFD_SETLK, &range) == 0);
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop = true;
  });
  const auto store = Store::open(place, false, &stop);
  later.join();
  ::close(file);
  REQUIRE_FALSE(store.ok());
  CHECK_THAT(store.failure().message, Catch::Contains("another program keeps"));
}

TEST_CASE("a store of a newer format is refused and stays as it is", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  REQUIRE(opened(place)->put(trial(1)).ok());
  // What `printf 'nnc store, format 3' | sha256sum` says.
  write_content(
      place + "/format",
      "nnc store, format 3, sha256 d3b87674ece6f04728e9e60858c12c6eca0054a6160a60c1745312bc8d43a995\n");
  for (const bool read_only : {false, true}) {
    const Result<std::unique_ptr<Store>> store = Store::open(place, read_only);
    REQUIRE_FALSE(store.ok());
    CHECK(store.failure().message.find("was written by a newer nnc (format 3, this one knows 2)") !=
          std::string::npos);
    CHECK(store.failure().hint.find("--store DIR") != std::string::npos);
  }
  // A format that is damaged is not believed.
  write_content(place + "/format", "nnc store, format 4, sha256 0123\n");
  CHECK(knows(*opened(place), trial(1)));
}

TEST_CASE("a store of the first format keeps what it has and becomes one of this", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  std::vector<float> numbers{1, 2, 3};
  {
    const auto store = opened(place);
    REQUIRE(store->put(trial(1)).ok());
    REQUIRE(store->put_checkpoint(checkpoint("b", "s", 1), tensors(numbers)).ok());
  }
  run_sql(place,
          "DROP INDEX checkpoints_by_base;"
          "CREATE TABLE used(identity TEXT PRIMARY KEY NOT NULL,seconds INTEGER NOT NULL,"
          "checksum TEXT NOT NULL);PRAGMA user_version=1;PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string now = content_of(place + "/format");
  write_content(
      place + "/format",
      "nnc store, format 1, sha256 d7f7b7f03ba3258d324e17d7c2ac2108229dcf3df76adef8ad85ef1e310bc082\n");
  // Reading changes nothing; then writing does, and the next time there is nothing to do.
  for (const bool read_only : {true, false, false}) {
    const auto store = opened(place, read_only);
    CHECK(store->take_notices().empty());
    CHECK(knows(*store, trial(1)));
    CHECK(store->checkpoints("b").value().size() == 1);
    CHECK(store->verify().value().empty());
    CHECK((content_of(place + "/format") == now) != read_only);
  }
  CHECK_FALSE(fs::exists(place + "/store.db.damaged-1"));
}

TEST_CASE("what the system cannot read is neither damaged nor missing", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  const auto store = opened(place);
  std::vector<float> numbers{1, 2, 3};
  TrialRecord record = trial_with_files(*store, 1);
  const std::string huge =
      store->put_object(ObjectKind::Weights, std::string(std::size_t{65} << 20, 'h')).value();
  record.weights_file = huge;
  REQUIRE(store->put(record).ok());
  REQUIRE(store->put_checkpoint(checkpoint("b", "s", 1), tensors(numbers)).ok());
  REQUIRE(store->clean({}, false).ok());
  const std::vector<std::string> before = files_under(place);
  {
    const NoMoreFiles full;
    for (const std::string& object : {huge, store->checkpoints("b").value().at(0).object}) {
      const ObjectKind kind = object == huge ? ObjectKind::Weights : ObjectKind::Checkpoint;
      const Result<std::string> read = store->read_object(kind, object);
      REQUIRE_FALSE(read.ok());
      CHECK(read.failure().message.find("cannot read") != std::string::npos);
    }
    CHECK_FALSE(store->verify().ok());
    CHECK_FALSE(store->clean({}, false).ok());
    CHECK_FALSE(store->sizes().ok());
    CHECK(knows(*store, record));
  }
  CHECK(files_under(place) == before);
  CHECK(store->verify().value().empty());
  CHECK(store->checkpoints("b").value().size() == 1);
}

TEST_CASE("of two states of an epoch the later one counts after a kill, a complete one last", "[store]") {
  CheckpointInfo middle = checkpoint("b", "s", 3);
  middle.complete = false;
  middle.steps = 40;
  CheckpointInfo complete = checkpoint("b", "s", 3);
  complete.steps = 0;
  CheckpointInfo later = middle;
  later.steps = 41;
  CheckpointInfo next = middle;
  next.epoch = 4;
  next.steps = 1;
  const std::vector<CheckpointInfo> in_order{middle, later, complete, next};
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    for (std::size_t j = 0; j < in_order.size(); ++j) CHECK(further(in_order[i], in_order[j]) == (i > j));
  }
  // Both files are there, and the row of the first or of the second, as a kill between writing a file and its
  // row, or between the row and removing the earlier file, leaves them.
  std::vector<float> numbers{1, 2, 3};
  for (const bool row_of_second : {false, true}) {
    const TemporaryFolder folder;
    const std::string place = folder.path() + "/s";
    REQUIRE(opened(place)->put_checkpoint(middle, tensors(numbers)).ok());
    copy_folder(place + "/checkpoints", folder.path() + "/first");
    copy_folder(place, folder.path() + "/with_row_of_first");
    REQUIRE(opened(place)->put_checkpoint(complete, tensors(numbers)).ok());
    if (!row_of_second) {
      copy_folder(place + "/checkpoints", folder.path() + "/second");
      copy_folder(folder.path() + "/with_row_of_first", place);
    }
    fs::copy(folder.path() + (row_of_second ? "/first" : "/second"), place + "/checkpoints");
    REQUIRE(files_under(place + "/checkpoints").size() == 2);
    const auto store = opened(place);
    const std::vector<CheckpointInfo> found = store->checkpoints("b").value();
    REQUIRE(found.size() == 1);
    CHECK(found[0].complete);
    CHECK(store->read_object(ObjectKind::Checkpoint, found[0].object).ok());
  }
}

TEST_CASE("moving the log into the database fails while another program reads old rows", "[store]") {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/s";
  for (int number = 0; number < 3; ++number) REQUIRE(opened(place)->put(trial(number)).ok());
  const auto open_database = [&] {
    return store::Database::open(place + "/store.db", store::Database::Access::ReadWrite).database;
  };
  const auto writer = open_database();
  const auto reader = open_database();
  writer->set_patience(10);
  const auto row = writer->trial(identity_of(1)).value();
  REQUIRE(row);
  int seen = 0;
  const Status scanned = reader->each_trial([&](store::TrialRow&&) {
    if (seen++ > 0) return;
    CHECK(writer->put_trials({&*row, 1}).ok());
    const Status settled = writer->settle();
    REQUIRE_FALSE(settled.ok());
    CHECK(settled.failure().message.find("another program") != std::string::npos);
  });
  CHECK(scanned.ok());
  CHECK(writer->settle().ok());
}

TEST_CASE("a place that cannot be a store is refused with a hint", "[store]") {
  const TemporaryFolder folder;
  write_content(folder.path() + "/file", "x");
  for (const std::string& place :
       {folder.path() + "/file", folder.path() + "/file/below", std::string("/proc/none")}) {
    const Result<std::unique_ptr<Store>> store = Store::open(place);
    REQUIRE_FALSE(store.ok());
    INFO(store.failure().message);
    CHECK((place == "/proc/none" || store.failure().hint.find("--store DIR") != std::string::npos));
  }
  fs::create_directory(folder.path() + "/s");
  write_content(folder.path() + "/s/records", "not a folder");
  CHECK_FALSE(Store::open(folder.path() + "/s").ok());
}

TEST_CASE("a folder of somebody else's is no store, and one whose making was cut short becomes one",
          "[store]") {
  const TemporaryFolder folder;
  const std::string mine = folder.path() + "/mine";
  fs::create_directories(mine + "/weights");
  write_content(mine + "/store.db", "of another program");
  write_content(mine + "/letter", "x");
  CHECK_FALSE(Store::is_store(mine));
  for (const bool read_only : {false, true}) {
    const Result<std::unique_ptr<Store>> store = Store::open(mine, read_only);
    REQUIRE_FALSE(store.ok());
    CHECK(store.failure().message.find("is no store") != std::string::npos);
  }
  CHECK(content_of(mine + "/store.db") == "of another program");

  const std::string begun = folder.path() + "/begun";
  fs::create_directories(begun + "/records");
  CHECK_FALSE(Store::is_store(begun));
  CHECK_FALSE(Store::is_store(folder.path() + "/none"));
  REQUIRE(opened(begun)->put(trial(1)).ok());
  CHECK(Store::is_store(begun));
  // Whatever somebody puts there or takes away.
  write_content(begun + "/letter", "x");
  for (const char* const part : {"lock", "format", "store.db", "predictions"}) {
    CAPTURE(part);
    fs::remove_all(begun + "/" + part);
    CHECK(Store::is_store(begun));
    CHECK(knows(*opened(begun), trial(1)));
  }
}
