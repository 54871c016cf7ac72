// Text for people.
#include "compiler/driver/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/json_output.hpp"

namespace nnc {

bool use_color(const Env& env, const Options& options, bool is_terminal) {
  if (options.color == "always") return true;
  if (options.color == "never") return false;
  const auto is_set = [&](const char* name) {
    const auto value = env.variable(name);
    return value && !value->empty();
  };
  if (is_set("NO_COLOR")) return false;
  if (const auto force = env.variable("CLICOLOR_FORCE"); force && !force->empty() && *force != "0")
    return true;
  return is_terminal && env.variable("TERM") != "dumb";
}

void print_error(Env& env, const Options& options, const Failure& failure) {
  const bool color = use_color(env, options, env.err_is_terminal);
  *env.err << (color ? "\x1b[1;31merror\x1b[0m: " : "error: ") << printable(failure.message) << "\n";
  if (!failure.hint.empty()) *env.err << "  help: " << printable(failure.hint) << "\n";
  if (options.json) *env.out << failure_document(options, failure);
}

void Table::column(std::string title, Align align) {
  titles_.push_back(std::move(title));
  aligns_.push_back(align);
}

void Table::row(std::vector<std::string> cells) {
  cells.resize(titles_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::to_string(std::string_view indent) const {
  std::vector<int> widths;
  for (const std::string& title : titles_) widths.push_back(display_width(title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string out;
  const auto write = [&](const std::vector<std::string>& cells) {
    std::string line(indent);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string pad(static_cast<std::size_t>(widths[i] - display_width(cells[i])), ' ');
      if (i > 0) line += "  ";
      line += aligns_[i] == Align::Right ? pad + cells[i] : cells[i] + pad;
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  if (std::ranges::any_of(titles_, [](const std::string& title) { return !title.empty(); })) {
    write(titles_);
    std::vector<std::string> rules;
    for (const int width : widths) rules.emplace_back(static_cast<std::size_t>(width), '-');
    write(rules);
  }
  for (const auto& row : rows_) write(row);
  return out;
}

std::string params_text(const std::vector<std::pair<std::string, ParameterValue>>& params) {
  std::string result;
  for (const auto& [name, value] : params) {
    result += fmt::format("{}{} {}", result.empty() ? "" : ", ", name, parameter_text(value));
  }
  return result;
}

std::string stop_text(const StopPlan& stop) {
  return fmt::format("{} after {}", stop.field, count_text(stop.patience, "epoch"));
}

}  // namespace nnc
