// See chart_client.hpp. The child reads from and complains to files in memory, so that only its answer has to
// be waited for; it gets a fresh signal state and is killed when its time is over.
#include "runtime/report/chart_client.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace nnc::rt {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLargestAnswer = std::size_t{512} << 20;
// Set in the child: a program that does not know `--render-charts` and writes a report must not start itself
// again.
constexpr const char* kChildMark = "NNC_CHART_PROCESS";

// A file descriptor that closes itself.
class Handle {
 public:
  explicit Handle(int number = -1) : number_(number) {}
  Handle(Handle&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Handle() { close_now(); }

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool valid() const { return number_ >= 0; }
  void close_now() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

Handle memory_file(const std::string& content) {
  Handle file(memfd_create("charts", MFD_CLOEXEC));
  std::size_t written = 0;
  while (file.valid() && written < content.size()) {
    const ssize_t count = write(file.number(), content.data() + written, content.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return Handle();
    written += static_cast<std::size_t>(count);
  }
  if (file.valid()) lseek(file.number(), 0, SEEK_SET);
  return file;
}

std::optional<pid_t> spawn_child(const std::string& program, int input, int output, int complaints) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string path = program;
  std::string argument = "--render-charts";
  char* const arguments[] = {path.data(), argument.data(), nullptr};
  std::string mark = fmt::format("{}=1", kChildMark);
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) environment.push_back(*variable);
  environment.push_back(mark.data());
  environment.push_back(nullptr);
  pid_t child = 0;
  const int error =
      posix_spawn(&child, program.c_str(), &actions, &attributes, arguments, environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return std::nullopt;
  return child;
}

// Everything up to the end of the pipe; empty if the time is over or it is too much.
std::optional<std::string> read_all(int pipe, Clock::time_point deadline) {
  std::string text;
  char buffer[65536];
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return std::nullopt;
    pollfd wait = {.fd = pipe, .events = POLLIN, .revents = 0};
    const int ready = poll(&wait, 1, static_cast<int>(std::min<long long>(left, 1000)));
    if (ready < 0 && errno != EINTR) return std::nullopt;
    if (ready <= 0) continue;
    const ssize_t count = read(pipe, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) return text;
    if (count < 0 || text.size() + static_cast<std::size_t>(count) > kLargestAnswer) return std::nullopt;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

// Its exit code, or minus the signal that ended it. Waits until the deadline, then kills.
int await_child(pid_t child, Clock::time_point deadline) {
  int status = 0;
  while (true) {
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child) break;
    if (ended < 0 && errno != EINTR) return -SIGKILL;
    if (Clock::now() >= deadline) {
      kill(child, SIGKILL);
      while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
      break;
    }
    const timespec pause = {.tv_sec = 0, .tv_nsec = 1000000};
    nanosleep(&pause, nullptr);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

std::string first_line(int file) {
  char buffer[400];
  const ssize_t count = pread(file, buffer, sizeof buffer, 0);
  const std::string_view text(buffer, count > 0 ? static_cast<std::size_t>(count) : 0);
  return std::string(text.substr(0, text.find('\n')));
}

Result<RenderedCharts> read_answer(const std::string& answer, std::size_t expected) {
  const nlohmann::json json = nlohmann::json::parse(answer, nullptr, false);
  if (!json.is_array() || json.size() != expected) return Failure{"the chart process answered nonsense", ""};
  RenderedCharts charts;
  for (const nlohmann::json& item : json) {
    const bool drawn = item.is_string() && item.get_ref<const std::string&>().starts_with("<svg");
    charts.svgs.push_back(drawn ? item.get<std::string>() : "");
    if (!drawn && charts.complaint.empty()) {
      charts.complaint = item.is_object() && item.contains("error") && item["error"].is_string()
                             ? item["error"].get<std::string>()
                             : "no picture";
    }
  }
  return charts;
}

Failure describe_exit(int code, const std::string& complaint, bool late) {
  if (late) return {"the chart process took too long", ""};
  if (code == 3) {
    return {"the chart engine is not installed",
            "install libjavascriptcoregtk-4.1-0 and write the report again"};
  }
  if (code < 0) return {fmt::format("the chart process was ended by signal {}", -code), ""};
  const std::string reason = complaint.empty() ? "" : ": " + complaint;
  return {fmt::format("the chart process failed with code {}{}", code, reason), ""};
}

}  // namespace

Result<RenderedCharts> request_charts(const std::vector<std::string>& specifications,
                                      const ReportOptions& options) {
  if (std::getenv(kChildMark) != nullptr) return Failure{"this is the chart process itself", ""};
  std::string request = "[";
  for (const std::string& specification : specifications)
    request += (request.size() > 1 ? "," : "") + specification;
  request += "]";

  const Handle input = memory_file(request);
  const Handle complaints = memory_file("");
  int ends[2];
  if (!input.valid() || !complaints.valid() || pipe2(ends, O_CLOEXEC) != 0) {
    return Failure{fmt::format("cannot prepare the chart process: {}", std::strerror(errno)), ""};
  }
  const Handle from_child(ends[0]);
  Handle to_parent(ends[1]);
  const auto child =
      spawn_child(options.chart_program, input.number(), to_parent.number(), complaints.number());
  if (!child) return Failure{"cannot start the chart process " + options.chart_program, ""};
  to_parent.close_now();

  const auto allowed =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.chart_seconds));
  const Clock::time_point deadline = Clock::now() + allowed;
  const std::optional<std::string> answer = read_all(from_child.number(), deadline);
  const bool late = !answer && Clock::now() >= deadline;
  const int code = await_child(*child, answer ? deadline : Clock::now());
  if (!answer || code != 0) return describe_exit(code, first_line(complaints.number()), late);
  return read_answer(*answer, specifications.size());
}

}  // namespace nnc::rt
