// The verbs: what each is asked (its options, filled by command_options.cpp and verbs.cpp) and the function
// that does it. Each gives back an exit code.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/driver/driver.hpp"

namespace nnc {

// Shared by all verbs. Every verb uses what concerns it.
struct Options {
  std::string file;             // as given; empty: the sole .nn file of the folder
  bool has_empty_name = false;  // a file was given that has none
  std::string color = "auto";
  bool json = false;                     // the output is a document: JSON, or what message_format says
  std::string message_format = "human";  // human, short, json, sarif: how diagnostics are shown
  bool quiet = false;

  std::optional<std::string> only;                            // --only EXPERIMENT
  std::vector<std::pair<std::string, std::string>> settings;  // --set NAME=VALUE
  std::string dump;                                           // --dump=PHASE, or ""
  std::string without;                                        // --without NAMES, separated by commas
  std::int64_t trial = 1;                                     // --trial: which one is dumped, from 1

  std::string folder;  // --out; empty: runs/<stem>
  int jobs = 0;        // 0: as many as there are cores
  std::string store;   // --store; empty: .nnc beside the file
  int threads = 0;     // within each trial; 0: cores without a trial help those that run
  bool fresh = false;  // train everything, whatever is known
  bool time = true;    // plan: run some steps to tell how long it will take
  bool share = true;   // equal trials and common beginnings once
  double checkpoint_seconds = 10;
  bool smoke = false;   // everything once, on a sliver of the data
  bool strict = false;  // a refuted claim is a failure
  bool reference_kernels = false;

  std::string model;  // summary --model
  std::string input;  // summary --input
  std::string topic;  // explain: a code; show, why: a trial; completions: a shell; names: a kind
  std::string other;  // diff: the second program

  bool checkpoints = false;  // clean: also states to go on from
  bool others = false;       // clean: also trials that the file does not have
  bool all = false;          // clean: everything
  bool dry_run = false;      // clean: only say it

  std::vector<std::string> paths;  // check, fmt: files and folders, or -
  bool only_check = false;         // fmt: only say what would change
  bool diff = false;               // fmt: only show what would change

  bool version = false;  // --version
  std::string command;   // the command line as typed, for the record
};

int cmd_run(Env& env, const Options& options);
int cmd_check(Env& env, const Options& options);
int cmd_plan(Env& env, const Options& options);
int cmd_summary(Env& env, const Options& options);
int cmd_report(Env& env, const Options& options);
int cmd_explain(Env& env, const Options& options);
int cmd_fmt(Env& env, const Options& options);
int cmd_ls(Env& env, const Options& options);
int cmd_show(Env& env, const Options& options);
int cmd_why(Env& env, const Options& options);
int cmd_diff(Env& env, const Options& options);
int cmd_clean(Env& env, const Options& options);
int cmd_verify(Env& env, const Options& options);
int cmd_doctor(Env& env, const Options& options);
int cmd_completions(Env& env, const Options& options);
int cmd_names(Env& env, const Options& options);
int cmd_man(Env& env, const Options& options);
int cmd_lsp(Env& env, const Options& options);

}  // namespace nnc
