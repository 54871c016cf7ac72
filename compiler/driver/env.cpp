// The real world behind Env.
#include "compiler/driver/env.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "compiler/parse/text_check.hpp"

namespace nnc {
namespace {

Result<std::string> read_real_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return Failure{fmt::format("there is no file `{}`", path), ""};
  if (std::filesystem::is_directory(status)) return Failure{fmt::format("`{}` is a folder", path), ""};
  std::ifstream file(path, std::ios::binary);
  if (!file) return Failure{fmt::format("cannot open `{}`: {}", path, std::strerror(errno)), ""};
  std::string text;
  char buffer[65536];
  while (file.read(buffer, sizeof buffer) || file.gcount() > 0) {
    text.append(buffer, static_cast<std::size_t>(file.gcount()));
    if (text.size() > kLargestProgram)
      return Failure{fmt::format("`{}` is too large to be a program", path), ""};
  }
  if (file.bad()) return Failure{fmt::format("cannot read `{}`: {}", path, std::strerror(errno)), ""};
  return text;
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
  env.in = &std::cin;
  env.out = &std::cout;
  env.err = &std::cerr;
  env.in_is_terminal = isatty(STDIN_FILENO) != 0;
  env.out_is_terminal = isatty(STDOUT_FILENO) != 0;
  env.err_is_terminal = isatty(STDERR_FILENO) != 0;
  env.columns = real_columns;
  env.reader_is_gone = real_reader_is_gone;
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
