#include "tests/unit/store_support.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/base/check.hpp"
#include "runtime/store/record_files.hpp"

namespace nnc::test {

namespace fs = std::filesystem;
using rt::Store;
using rt::TrialRecord;

std::string identity_of(int number) {
  // Scattered, because claims look at the first digits.
  const std::uint64_t scattered = (static_cast<std::uint64_t>(number) + 1) * 0x9e3779b97f4a7c15U;
  return fmt::format("{0:016x}{1:016x}{0:016x}{1:016x}", scattered, number);
}

TrialRecord trial(int number) {
  TrialRecord record;
  record.id = fmt::format("trial-{}", number);
  record.identity = identity_of(number);
  record.identity_fields = {{"seed", fmt::format("{}", number)}, {"model", "ann"}};
  record.base = identity_of(1'000'000);
  record.state = identity_of(2'000'000 + number % 10);
  record.experiment = "dropout";
  record.params = {{"rate", 0.1 * number}};
  record.seed = static_cast<std::uint64_t>(number);
  record.model = "ann";
  record.data = "fashion";
  record.epochs = 25;
  for (const char* metric : {"train.loss", "train.accuracy", "valid.loss", "valid.accuracy"}) {
    for (int epoch = 0; epoch < 50; ++epoch) record.history[metric].push_back(1.0 / (3 + epoch + number));
    record.metrics[metric] = record.history[metric].back();
  }
  return record;
}

rt::TensorFile tensors(std::vector<float>& numbers) {
  rt::TensorFile file;
  file.tensors.push_back({"numbers",
                          rt::TensorFile::Type::F32,
                          {static_cast<std::int64_t>(numbers.size())},
                          std::as_bytes(std::span(numbers))});
  return file;
}

rt::CheckpointInfo checkpoint(const std::string& base, const std::string& state, std::int64_t epoch) {
  return {base, state, epoch, 100, true, {}, 0};
}

std::unique_ptr<Store> opened(const std::string& folder, bool read_only) {
  Result<std::unique_ptr<Store>> store = Store::open(folder, read_only);
  if (!store) throw std::runtime_error(store.failure().message);
  return std::move(store).value();
}

void make_foreign(const std::string& folder, const TrialRecord& record) {
  std::string text = rt::trial_record_json(record);
  while (text.ends_with('\n')) text.pop_back();
  const std::string before = R"("epochs":)";
  const std::size_t at = text.find(before);
  NNC_CHECK(at != std::string::npos);
  text.replace(at, before.size(), R"("epochs_of_another_kind":)");
  for (const char* part : {"store.db", "store.db-wal", "store.db-shm"}) fs::remove(folder + "/" + part);
  const rt::store::CopyRead copy = rt::store::read_copy(folder, record.identity);
  NNC_CHECK(
      rt::store::write_copy(folder, {record.identity, copy.entry.serial, text}, rt::store::Durability::Synced)
          .ok());
  opened(folder).reset();  // makes the row
}

bool knows(Store& store, const TrialRecord& record) {
  const Result<std::optional<TrialRecord>> found = store.find(record.identity);
  return found && found.value() && rt::trial_record_json(*found.value()) == rt::trial_record_json(record);
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_content(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

std::vector<std::string> files_under(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void copy_folder(const std::string& from, const std::string& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

int start_program(const std::function<int()>& work) {
  std::fflush(nullptr);
  const pid_t program = ::fork();
  NNC_CHECK(program >= 0);
  if (program > 0) return program;
  int code = 99;
  try {
    code = work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "a program of the test ended: %s\n", error.what());
  }
  ::_exit(code);
}

int end_of_program(int program) {
  int status = 0;
  while (::waitpid(program, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run_program(const std::function<int()>& work) { return end_of_program(start_program(work)); }

}  // namespace nnc::test
