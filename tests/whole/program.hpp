// Runs the real `nnc` as a process of its own: what it prints, what it ends with, and how to end it from
// outside.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nnc::test {

struct Surroundings {
  std::vector<std::pair<std::string, std::string>> variables;
  std::uint64_t largest_file = 0;  // in bytes; 0: any
  double seconds_at_most = 300;    // then it hangs
  int ignored_signal = 0;          // as `nohup` leaves it; 0: none
};

struct Ended {
  int code = 0;    // of its exit
  int signal = 0;  // that ended it, or 0
  bool hung = false;
  std::string out;
  std::string err;
  double seconds = 0;

  // What no run may show, whatever the world is like: a crash, a hang, an internal error; empty if all is
  // well.
  [[nodiscard]] std::string disgrace() const;
  // Both streams and the exit, for messages.
  [[nodiscard]] std::string told() const;
};

class Program {
 public:
  // Starts `nnc ARGUMENTS` in a folder.
  Program(const std::string& folder, const std::vector<std::string>& arguments,
          Surroundings surroundings = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void send(int signal_number) const;
  [[nodiscard]] std::string err_so_far() const;
  // Sleeps; true if it ended by itself before.
  bool ends_within(double seconds);
  Ended wait();

 private:
  bool look();

  double most_seconds_;
  double begun_;
  int out_ = -1;
  int err_ = -1;
  pid_t process_ = -1;
  bool over_ = false;
  Ended ended_;
};

Ended run_nnc(const std::string& folder, const std::vector<std::string>& arguments,
              Surroundings surroundings = {});

// For a library that comes before the system's.
std::string io_faults_library();

}  // namespace nnc::test
