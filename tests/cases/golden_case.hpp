// One golden case: its commands and marks, read from the comments of the .nn file, and what running them
// gives.
#pragma once

#include <string>
#include <vector>

namespace nnc::test {

// #? nnc check --only a [exit 1] [unmarked]
struct CaseCommand {
  std::vector<std::string> arguments;  // without `nnc`, without the file
  int exit_code = -1;                  // not said: 1 if the case marks errors, else 0
};

// #~ error[E0201] words
struct Mark {
  int line = 0;
  std::string code;   // "error[E0201]"
  std::string words;  // must be part of the message
};

struct GoldenCase {
  std::string path;
  std::vector<CaseCommand> commands;
  std::vector<Mark> marks;
  bool unmarked = false;              // diagnostics without a mark are accepted
  std::vector<std::string> mistakes;  // in the comments themselves
};

GoldenCase read_case(const std::string& path, const std::string& text);

struct CaseResult {
  std::string output;                 // of all commands: the content of .expected
  std::vector<std::string> failures;  // exit codes and marks
};

CaseResult run_case(const GoldenCase& golden);

}  // namespace nnc::test
