// The program: the real world, and what Ctrl-C does.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <clocale>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/driver/driver.hpp"

namespace {

std::atomic<bool> stop_requested{false};
std::atomic<int> stop_signal{SIGINT};  // which one it was
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

// The first request ends the run in order; a second one ends the process at once, with the cursor shown
// again.
void handle_stop(int signal_number) {
  if (!stop_requested.exchange(true)) {
    stop_signal = signal_number;
    return;
  }
  constexpr char kShowCursor[] = "\x1b[?25h\n";
  if (isatty(STDERR_FILENO) != 0) {
    const ssize_t ignored = write(STDERR_FILENO, kShowCursor, sizeof kShowCursor - 1);
    static_cast<void>(ignored);
  }
  _exit(128 + signal_number);
}

// What the program was started to ignore, as under `nohup` or behind `trap '' INT`, stays ignored.
void install_handler(int signal_number, const struct sigaction& action) {
  struct sigaction before = {};
  if (sigaction(signal_number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) return;
  sigaction(signal_number, &action, nullptr);
}

void install_handlers() {
  struct sigaction action = {};
  action.sa_handler = handle_stop;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) install_handler(signal_number, action);
}

void ignore_stream_signals() {
  // A reader of our output that went away is an error of the stream, not a signal.
  signal(SIGPIPE, SIG_IGN);
  // So is a file that may not grow further.
  signal(SIGXFSZ, SIG_IGN);
}

}  // namespace

int main(int argc, char** argv) {
  ignore_stream_signals();
  // Only training ends in order; every other verb ends at once, as signals do by themselves.
  const bool trains =
      std::any_of(argv + 1, argv + argc, [](const char* word) { return std::string_view(word) == "run"; });
  if (trains) install_handlers();
  nnc::Env env = nnc::real_env(&stop_requested);
  const int exit_code = nnc::run_command_line(env, std::vector<std::string>(argv + 1, argv + argc));
  // As shells say it: 130 after Ctrl-C, 143 after SIGTERM.
  return exit_code == nnc::kExitInterrupted ? 128 + stop_signal : exit_code;
}
