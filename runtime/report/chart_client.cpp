// See chart_client.hpp. A child answers only after it has read all it is asked, and complains to a file in
// memory, so that one stream at a time has to be waited for; it gets a fresh signal state and is killed when
// its time is over.
#include "runtime/report/chart_client.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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

// Waits until a stream can be read or written; false if the time is over before.
bool await_stream(int stream, short event, Clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd wait = {.fd = stream, .events = event, .revents = 0};
    const int ready = poll(&wait, 1, static_cast<int>(std::min<long long>(left, 1000)));
    if (ready < 0 && errno != EINTR) return false;
    if (ready > 0) return true;
  }
}

// A child that reads no further has a reason, which its exit code tells.
void write_all(int stream, std::string_view text, Clock::time_point deadline) {
  while (!text.empty() && await_stream(stream, POLLOUT, deadline)) {
    const ssize_t count = send(stream, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EINTR && errno != EAGAIN) return;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
}

// Everything up to the end of the pipe; empty if the time is over or it is too much.
std::optional<std::string> read_all(int pipe, Clock::time_point deadline) {
  std::string text;
  char buffer[65536];
  while (true) {
    if (!await_stream(pipe, POLLIN, deadline)) return std::nullopt;
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

// Fills in the charts that one child was asked for, and for those that it did not draw the reasons.
Status read_answer(const std::string& answer, const std::vector<std::size_t>& asked,
                   std::vector<std::string>& svgs, std::vector<std::string>& complaints) {
  const nlohmann::json json = nlohmann::json::parse(answer, nullptr, false);
  if (!json.is_array() || json.size() != asked.size()) {
    return Failure{"the chart process answered nonsense", ""};
  }
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const nlohmann::json& item = json[i];
    const bool drawn = item.is_string() && item.get_ref<const std::string&>().starts_with("<svg");
    if (drawn) {
      svgs[asked[i]] = item.get<std::string>();
    } else {
      complaints[asked[i]] = item.is_object() && item.contains("error") && item["error"].is_string()
                                 ? item["error"].get<std::string>()
                                 : "no picture";
    }
  }
  return Done{};
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

// More than two would load the engine more often than there is to draw.
std::size_t process_count() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const bool known = sched_getaffinity(0, sizeof allowed, &allowed) == 0;
  return known && CPU_COUNT(&allowed) < 2 ? 1 : 2;
}

}  // namespace

struct ChartProcesses::Process {
  Handle to_child;
  Handle from_child;
  Handle complaints;
  pid_t child = 0;
  bool ended = false;

  static Result<std::unique_ptr<Process>> begin(const std::string& program) {
    auto process = std::make_unique<Process>();
    process->complaints = Handle(memfd_create("charts", MFD_CLOEXEC));
    int input[2];
    int output[2];
    if (!process->complaints.valid() || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input) != 0) {
      return Failure{fmt::format("cannot prepare the chart process: {}", std::strerror(errno)), ""};
    }
    process->to_child = Handle(input[0]);
    const Handle child_input(input[1]);
    if (pipe2(output, O_CLOEXEC) != 0) {
      return Failure{fmt::format("cannot prepare the chart process: {}", std::strerror(errno)), ""};
    }
    process->from_child = Handle(output[0]);
    const Handle child_output(output[1]);
    const auto child =
        spawn_child(program, child_input.number(), child_output.number(), process->complaints.number());
    if (!child) return Failure{"cannot start the chart process " + program, ""};
    process->child = *child;
    return process;
  }

  Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (child > 0 && !ended) await_child(child, Clock::now());
  }

  void ask(const std::string& request, Clock::time_point deadline) {
    write_all(to_child.number(), request, deadline);
    to_child.close_now();
  }

  Result<std::string> take_answer(Clock::time_point deadline) {
    std::optional<std::string> answer = read_all(from_child.number(), deadline);
    const bool late = !answer && Clock::now() >= deadline;
    const int code = await_child(child, answer ? deadline : Clock::now());
    ended = true;
    if (!answer || code != 0) return describe_exit(code, first_line(complaints.number()), late);
    return *std::move(answer);
  }
};

ChartProcesses::ChartProcesses() = default;
ChartProcesses::~ChartProcesses() = default;

std::shared_ptr<ChartProcesses> begin_charts(const ReportOptions& options) {
  std::shared_ptr<ChartProcesses> begun(new ChartProcesses());
  if (std::getenv(kChildMark) != nullptr) {
    begun->problem_ = {"this is the chart process itself", ""};
    return begun;
  }
  for (std::size_t i = 0; i < process_count(); ++i) {
    auto process = ChartProcesses::Process::begin(options.chart_program);
    if (!process) {
      begun->problem_ = process.failure();
      break;
    }
    begun->processes_.push_back(std::move(process).value());
  }
  return begun;
}

Result<RenderedCharts> ChartProcesses::draw(const std::vector<std::string>& specifications, double seconds) {
  if (processes_.empty()) return problem_;
  if (specifications.empty()) return RenderedCharts{};
  const auto allowed = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const Clock::time_point deadline = Clock::now() + allowed;
  // Charts of one kind often come in turns, so that everyone gets some of each.
  std::vector<std::vector<std::size_t>> shares(std::min(processes_.size(), specifications.size()));
  for (std::size_t i = 0; i < specifications.size(); ++i) shares[i % shares.size()].push_back(i);
  std::vector<std::unique_ptr<Process>> processes = std::exchange(processes_, {});
  processes.resize(shares.size());
  for (std::size_t i = 0; i < shares.size(); ++i) {
    std::string request;
    for (const std::size_t chart : shares[i]) {
      request += (request.empty() ? "[" : ",") + specifications[chart];
    }
    processes[i]->ask(request + "]", deadline);
  }
  RenderedCharts charts{.svgs = std::vector<std::string>(specifications.size()), .complaint = {}};
  std::vector<std::string> complaints(specifications.size());
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const Result<std::string> answer = processes[i]->take_answer(deadline);
    if (!answer) return answer.failure();
    const Status status = read_answer(answer.value(), shares[i], charts.svgs, complaints);
    if (!status) return status.failure();
  }
  const auto first = std::ranges::find_if(complaints, [](const std::string& text) { return !text.empty(); });
  if (first != complaints.end()) charts.complaint = *first;
  return charts;
}

Result<RenderedCharts> request_charts(const std::vector<std::string>& specifications,
                                      const ReportOptions& options) {
  const std::shared_ptr<ChartProcesses> processes = options.begun ? options.begun : begin_charts(options);
  return processes->draw(specifications, options.chart_seconds);
}

}  // namespace nnc::rt
