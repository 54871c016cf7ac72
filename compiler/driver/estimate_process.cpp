// See estimate_process.hpp. The child writes into a file in memory, so that it never waits for its reader.
#include "compiler/driver/estimate_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace nnc {
namespace {

// A plan of more trials than fit is not read: that would keep the server from its work.
constexpr off_t kLargestAnswer = off_t{16} << 20;
constexpr int kLowestPriority = 19;
// Nothing can be there. What the user's store knows is not to make times shorter, and nobody waits for it.
constexpr const char* kNoStore = "/dev/null/store";

std::string read_all(int file) {
  struct stat facts {};
  if (::fstat(file, &facts) != 0 || facts.st_size > kLargestAnswer) return {};
  std::string text(static_cast<std::size_t>(facts.st_size), '\0');
  const ssize_t count = ::pread(file, text.data(), text.size(), 0);
  return count == facts.st_size ? text : std::string();
}

// The answer of `nnc plan --json`, of which the trials are most and are not kept.
lsp::ExperimentSeconds read_answer(const std::string& text) {
  using nlohmann::json;
  const auto wanted = [](int, json::parse_event_t event, const json& key) {
    return event != json::parse_event_t::key || key != "trials";
  };
  const json answer = json::parse(text, wanted, false);
  const auto experiments = answer.is_object() ? answer.find("experiments") : answer.end();
  if (experiments == answer.end() || !experiments->is_array()) return {};
  lsp::ExperimentSeconds times;
  for (const json& one : *experiments) {
    if (!one.is_object()) continue;
    const json name = one.value("name", json());
    const json seconds = one.value("seconds", json());
    if (name.is_string() && seconds.is_number()) times[name] = seconds;
  }
  return times;
}

// In the child, where nothing may be called that allocates.
[[noreturn]] void become(char* const* words, int output, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a server that is killed cannot end it
  if (::getppid() != parent) ::_exit(1);
  ::setpriority(PRIO_PROCESS, 0, kLowestPriority);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 &&
      ::dup2(nothing, STDERR_FILENO) >= 0)
    ::execv(words[0], words);
  ::_exit(1);
}

class EstimateProcess : public lsp::TimeEstimate {
 public:
  EstimateProcess(pid_t child, int output, std::shared_ptr<std::vector<pid_t>> killed)
      : child_(child), output_(output), killed_(std::move(killed)) {}
  EstimateProcess(const EstimateProcess&) = delete;
  EstimateProcess& operator=(const EstimateProcess&) = delete;
  ~EstimateProcess() override {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      killed_->push_back(child_);
    }
    ::close(output_);
  }

  std::optional<lsp::ExperimentSeconds> poll() override {
    int status = 0;
    if (child_ > 0) {
      const pid_t ended = ::waitpid(child_, &status, WNOHANG);
      if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
      child_ = 0;
      if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) times_ = read_answer(read_all(output_));
    }
    return times_;
  }

 private:
  pid_t child_;  // 0: it has ended
  int output_;
  std::shared_ptr<std::vector<pid_t>> killed_;
  lsp::ExperimentSeconds times_;
};

}  // namespace

std::unique_ptr<lsp::TimeEstimate> EstimateProcesses::start(const std::string& file) {
  std::erase_if(*killed_, [](pid_t child) { return ::waitpid(child, nullptr, WNOHANG) != 0; });
  const int output = ::memfd_create("nnc-plan", MFD_CLOEXEC);
  if (output < 0) return nullptr;
  std::array<std::string, 7> words = {program_, "plan", file, "--json", "--quiet", "--store", kNoStore};
  std::array<char*, words.size() + 1> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become(arguments.data(), output, parent);
  if (child > 0) return std::make_unique<EstimateProcess>(child, output, killed_);
  ::close(output);
  return nullptr;
}

}  // namespace nnc
