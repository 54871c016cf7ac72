// See program.hpp.
#include "tests/whole/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace nnc::test {
namespace {

constexpr double kLookAgain = 0.001;  // seconds

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void sleep_for(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

std::string content_of(int file) {
  std::string content;
  char piece[4096];
  for (;;) {
    const ssize_t got = ::pread(file, piece, sizeof piece, static_cast<off_t>(content.size()));
    if (got <= 0) return content;
    content.append(piece, static_cast<std::size_t>(got));
  }
}

// Only what may stand between fork and exec of a program with one thread.
[[noreturn]] void become_nnc(const std::string& folder, std::vector<char*>& words,
                             const Surroundings& surroundings, int out, int err) {
  for (const auto& [name, value] : surroundings.variables) ::setenv(name.c_str(), value.c_str(), 1);
  const int nothing = ::open("/dev/null", O_RDONLY);
  const bool ready = ::chdir(folder.c_str()) == 0 && ::dup2(nothing, STDIN_FILENO) >= 0 &&
                     ::dup2(out, STDOUT_FILENO) >= 0 && ::dup2(err, STDERR_FILENO) >= 0;
  if (surroundings.largest_file != 0) {
    const rlimit limit{surroundings.largest_file, surroundings.largest_file};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  if (surroundings.ignored_signal != 0) ::signal(surroundings.ignored_signal, SIG_IGN);
  if (ready) ::execv(NNC_PROGRAM, words.data());
  ::_exit(127);
}

}  // namespace

std::string Ended::disgrace() const {
  constexpr int kInternal = 70;
  if (hung) return "it hangs";
  if (signal != 0 && signal != SIGKILL) return fmt::format("signal {} ended it", signal);
  if (code == kInternal) return "an internal error";
  for (const char* const words : {"Sanitizer", "runtime error:", "internal error"}) {
    if (err.find(words) != std::string::npos) return words;
  }
  return "";
}

std::string Ended::told() const {
  return fmt::format("exit {}, signal {}, {:.2f} s\n--- out\n{}--- err\n{}", code, signal, seconds, out, err);
}

Program::Program(const std::string& folder, const std::vector<std::string>& arguments,
                 Surroundings surroundings)
    : most_seconds_(surroundings.seconds_at_most),
      begun_(now()),
      out_(::memfd_create("out", MFD_CLOEXEC)),
      err_(::memfd_create("err", MFD_CLOEXEC)) {
  std::vector<std::string> all{NNC_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> words;
  for (std::string& word : all) words.push_back(word.data());
  words.push_back(nullptr);
  std::fflush(nullptr);
  process_ = ::fork();
  if (process_ < 0 || out_ < 0 || err_ < 0) throw std::runtime_error("cannot start a program");
  if (process_ == 0) become_nnc(folder, words, surroundings, out_, err_);
}

Program::~Program() {
  if (!over_) {
    send(SIGKILL);
    while (!look()) sleep_for(kLookAgain);
  }
  ::close(out_);
  ::close(err_);
}

void Program::send(int signal_number) const {
  if (!over_) ::kill(process_, signal_number);
}

std::string Program::err_so_far() const { return content_of(err_); }

// Whether it is over.
bool Program::look() {
  int status = 0;
  if (over_ || ::waitpid(process_, &status, WNOHANG) != process_) return over_;
  over_ = true;
  ended_.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  ended_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  ended_.seconds = now() - begun_;
  return true;
}

bool Program::ends_within(double seconds) {
  const double end = now() + seconds;
  while (!look()) {
    const double left = end - now();
    if (left <= 0) return false;
    sleep_for(left < kLookAgain ? left : kLookAgain);
  }
  return true;
}

Ended Program::wait() {
  if (!ends_within(begun_ + most_seconds_ - now())) {
    ended_.hung = true;
    send(SIGKILL);
    while (!look()) sleep_for(kLookAgain);
  }
  ended_.out = content_of(out_);
  ended_.err = content_of(err_);
  return ended_;
}

Ended run_nnc(const std::string& folder, const std::vector<std::string>& arguments,
              Surroundings surroundings) {
  return Program(folder, arguments, std::move(surroundings)).wait();
}

std::string io_faults_library() { return NNC_IO_FAULTS; }

}  // namespace nnc::test
