// The verbs: what each is asked (its options, filled by command_line.cpp) and the function that does it. Each
// gives back an exit code.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/driver/driver.hpp"

namespace nnc {

// Shared by all verbs. Every verb uses what concerns it.
struct Options {
  std::string file;  // as given; empty: the sole .nn file of the folder
  std::string color = "auto";
  bool json = false;
  bool quiet = false;

  std::optional<std::string> only;                            // --only EXPERIMENT
  std::vector<std::pair<std::string, std::string>> settings;  // --set NAME=VALUE
  std::string dump;                                           // --dump=PHASE, or ""
  std::int64_t trial = 1;                                     // --trial: which one is dumped, from 1

  std::string folder;   // --out; empty: runs/<stem>
  int jobs = 0;         // 0: as many as there are cores
  int threads = 1;      // at most, within each trial
  bool fresh = false;   // train everything, whatever is known
  bool smoke = false;   // everything once, on a sliver of the data
  bool strict = false;  // a refuted claim is a failure
  bool reference_kernels = false;

  std::string model;  // summary --model
  std::string input;  // summary --input
  std::string topic;  // explain: a code

  std::string command;  // the command line as typed, for the record
};

int cmd_run(Env& env, const Options& options);
int cmd_check(Env& env, const Options& options);
int cmd_plan(Env& env, const Options& options);
int cmd_summary(Env& env, const Options& options);
int cmd_report(Env& env, const Options& options);
int cmd_explain(Env& env, const Options& options);

}  // namespace nnc
