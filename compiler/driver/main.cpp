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
static_assert(std::atomic<bool>::is_always_lock_free);

// The first request ends the run in order; a second one ends the process at once, with the cursor shown
// again.
void handle_stop(int signal_number) {
  if (!stop_requested.exchange(true)) return;
  constexpr char kShowCursor[] = "\x1b[?25h\n";
  if (isatty(STDERR_FILENO) != 0) {
    const ssize_t ignored = write(STDERR_FILENO, kShowCursor, sizeof kShowCursor - 1);
    static_cast<void>(ignored);
  }
  _exit(128 + signal_number);
}

void install_handlers() {
  struct sigaction action = {};
  action.sa_handler = handle_stop;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
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
  return nnc::run_command_line(env, std::vector<std::string>(argv + 1, argv + argc));
}
