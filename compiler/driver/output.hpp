// How the commands speak: colour or none, errors that are not about a place in the program, tables.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/number_text.hpp"
#include "compiler/base/result.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/plan/study_plan.hpp"

namespace nnc {

// --color before NO_COLOR before CLICOLOR_FORCE before whether the stream is a terminal.
bool use_color(const Env& env, const Options& options, bool is_terminal);

// "error: message" and "  help: hint" on err; with --json also an object on out, which then has nothing else.
void print_error(Env& env, const Options& options, const Failure& failure);

// Columns as wide as their widest cell; numbers to the right.
class Table {
 public:
  enum class Align : std::uint8_t { Left, Right };
  void column(std::string title, Align align = Align::Left);
  void row(std::vector<std::string> cells);
  // A line of titles and a rule, if there are titles, then the rows; every line indented.
  [[nodiscard]] std::string to_string(std::string_view indent = "  ") const;

 private:
  std::vector<std::string> titles_;
  std::vector<Align> aligns_;
  std::vector<std::vector<std::string>> rows_;
};

// "n 25, rate 0.1"; "" if there are none.
std::string params_text(const std::vector<std::pair<std::string, ParameterValue>>& params);

// "valid.loss after 3 epochs": by what a trial stops early.
std::string stop_text(const StopPlan& stop);

}  // namespace nnc
