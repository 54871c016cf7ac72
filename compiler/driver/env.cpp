// The real world behind Env.
#include "compiler/driver/env.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "compiler/parse/text_check.hpp"

namespace nnc {
namespace {

// `name`: for messages. Stops where no program is so large: what is read may never end.
Result<std::string> read_all(int descriptor, const std::string& name) {
  std::string text;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Failure{fmt::format("cannot read {}: {}", name, std::strerror(errno)), ""};
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kLargestProgram)
      return Failure{fmt::format("{} is too large to be a program", name), ""};
  }
}

class OpenFile {
 public:
  // Does not wait for the other end of a pipe.
  explicit OpenFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// Of regular files: a pipe or a device may never end, and an import may name any.
Result<std::string> read_real_file(const std::string& path) {
  const OpenFile file(path);
  struct stat facts {};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &facts) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Failure{fmt::format("there is no file `{}`", path), ""};
    return Failure{fmt::format("cannot open `{}`: {}", path, std::strerror(errno)), ""};
  }
  if (S_ISDIR(facts.st_mode)) return Failure{fmt::format("`{}` is a folder", path), ""};
  if (!S_ISREG(facts.st_mode)) return Failure{fmt::format("`{}` is not a regular file", path), ""};
  return read_all(file.descriptor(), "`" + path + "`");
}

std::vector<std::string> list_real_files(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> real_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

int real_columns() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

// Asked of the stream itself: which error a write ended with is forgotten by the time it shows.
bool real_reader_is_gone() {
  pollfd out = {STDOUT_FILENO, POLLOUT, 0};
  return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

// Of those that the scheduler gives this process.
int real_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

std::string real_machine() {
  std::ifstream info("/proc/cpuinfo");
  std::string name = "unknown processor";
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) {
      name = line.substr(colon + 2);
      break;
    }
  }
  const int cores = real_cores();
  return fmt::format("{}, {} core{}", name, cores, cores == 1 ? "" : "s");
}

}  // namespace

Env real_env(const std::atomic<bool>* stop) {
  Env env;
  env.out = &std::cout;
  env.err = &std::cerr;
  env.in_is_terminal = isatty(STDIN_FILENO) != 0;
  env.out_is_terminal = isatty(STDOUT_FILENO) != 0;
  env.err_is_terminal = isatty(STDERR_FILENO) != 0;
  env.columns = real_columns;
  env.reader_is_gone = real_reader_is_gone;
  env.read_input = [] { return read_all(STDIN_FILENO, "standard input"); };
  env.read_file = read_real_file;
  env.list_files = list_real_files;
  env.variable = real_variable;
  env.seconds = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  env.date = [] {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  };
  env.machine = real_machine;
  env.cores = real_cores;
  env.stop = stop;
  return env;
}

}  // namespace nnc
