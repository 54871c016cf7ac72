// The world as the commands see it: streams, files, terminal, clock, the request to stop. Tests give their
// own.
#pragma once

#include <atomic>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/result.hpp"

namespace nnc {

struct Env {
  std::ostream* out = nullptr;  // results
  std::ostream* err = nullptr;  // diagnostics and progress
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::function<int()> columns;  // of the terminal behind err
  // Whether whoever read what is written to out went away, as `head` does; empty: nobody does.
  std::function<bool()> reader_is_gone;

  std::function<Result<std::string>()> read_input;  // standard input, to its end
  std::function<Result<std::string>(const std::string& path)> read_file;
  std::function<std::vector<std::string>(const std::string& folder)> list_files;  // names only, sorted
  std::function<std::optional<std::string>(const std::string& name)> variable;    // of the environment

  std::function<double()> seconds;       // a clock that only goes forward
  std::function<std::string()> date;     // now, ISO 8601, UTC
  std::function<std::string()> machine;  // "AMD EPYC 7B13, 2 cores"
  std::function<int()> cores;            // that this process may use

  const std::atomic<bool>* stop = nullptr;  // set by a signal handler: end soon and in order
};

// The real one, on the standard streams.
Env real_env(const std::atomic<bool>* stop);

}  // namespace nnc
