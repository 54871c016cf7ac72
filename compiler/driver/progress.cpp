// The progress display.
#include "compiler/driver/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/open_study.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/plan/training_steps.hpp"

namespace nnc {
namespace {

constexpr double kRedraw = 0.1;  // seconds between two drawings of the live lines
constexpr double kLogEvery =
    10;  // seconds between two plain lines of a study of many trials, or within an epoch
constexpr double kLogEpochs = 1;        // seconds between two lines for epochs that end sooner
constexpr std::size_t kMostLines = 16;  // live lines for running trials
constexpr const char* kHideCursor = "\x1b[?25l";
constexpr const char* kShowCursor = "\x1b[?25h";
constexpr const char* kClearLine = "\r\x1b[K";

constexpr int kAnyWidth = 1 << 20;
constexpr int kLeastName = 10;  // columns; less of it tells nothing

std::string figures(const rt::StepProgress& progress, bool all) {
  std::string text = fmt::format("loss {:.4f}", progress.loss);
  if (all && std::isfinite(progress.accuracy)) text += fmt::format("  accuracy {:.4f}", progress.accuracy);
  return text;
}

// As much as fits into a number of columns.
std::string cut(std::string_view text, int columns) {
  std::string result;
  while (!text.empty()) {
    const ShownCharacter character = first_character(text);
    if (character.width > columns) break;
    columns -= character.width;
    result += character.shown;
    text.remove_prefix(character.bytes);
  }
  return result;
}

// A longer text ends with dots.
std::string shortened(const std::string& text, int columns) {
  constexpr std::string_view kDots = "..";
  if (display_width(text) <= columns) return text;
  return cut(text, columns - static_cast<int>(kDots.size())) + std::string(kDots);
}

std::string left_text(const std::optional<double>& seconds) {
  return seconds ? fmt::format("{} left", duration_text(*seconds)) : std::string("~ left");
}

const char* status_text(rt::TrialStatus status) {
  return status == rt::TrialStatus::Cached ? "already done" : rt::status_word(status);
}

// What a finished trial is judged by: the test part, or else the validation part.
std::string score_text(const rt::TrialRecord& record) {
  for (const char* part : {"test", "valid"}) {
    const auto found = record.metrics.find(fmt::format("{}.accuracy", part));
    if (found != record.metrics.end()) return fmt::format(", {} accuracy {:.4f}", part, found->second);
  }
  return {};
}

// ", stopped after 8 of 30 epochs"; a refit trains for as long as its folds did.
std::string stopped_text(const TrialPlan& trial, const rt::TrialRecord& record) {
  if (!trial.stop || trial.refit || !record.finished() || record.epochs >= trial.epochs) return {};
  return fmt::format(", stopped after {} of {}", record.epochs, count_text(trial.epochs, "epoch"));
}

}  // namespace

Progress::Progress(Env& env, const Options& options, const StudyPlan& plan, const rt::WorkPlan& work,
                   int jobs)
    : env_(env),
      plan_(plan),
      names_(trial_names(plan)),
      work_(plan, work, jobs),
      quiet_(options.quiet),
      expected_(trial_count(plan)) {
  const bool watched_by_program = env.variable("CI").has_value();
  live_ = !quiet_ && env.err_is_terminal && env.variable("TERM").value_or("dumb") != "dumb" &&
          !watched_by_program;
  color_ = use_color(env, options, env.err_is_terminal);
}

Progress::~Progress() { clear(); }

rt::RunEvents Progress::events() {
  rt::RunEvents events;
  events.going_on = [this](std::size_t trial, std::int64_t epochs, std::int64_t steps) {
    go_on(trial, epochs, steps);
  };
  events.waiting = [this](std::size_t trial) { wait(trial); };
  events.trial_started = [this](std::size_t trial) { start_trial(trial); };
  events.progress = [this](std::size_t trial, const rt::StepProgress& progress) { step(trial, progress); };
  events.epoch_ended = [this](std::size_t trial, const rt::StepProgress& progress, double seconds) {
    end_epoch(trial, progress, seconds);
  };
  events.trial_ended = [this](std::size_t trial, const rt::TrialRecord& record) { end_trial(trial, record); };
  events.trial_dropped = [this](std::size_t trial) { drop_trial(trial); };
  return events;
}

void Progress::go_on(std::size_t trial, std::int64_t epochs, std::int64_t steps) {
  goes_on_[trial] = steps > 0 ? fmt::format("goes on within epoch {}", epochs + 1)
                              : fmt::format("goes on after epoch {}", epochs);
}

void Progress::wait(std::size_t trial) {
  waiting_.insert(trial);
  say(fmt::format("{}: another program trains it, and its result is waited for", names_[trial]));
  if (live_ && running_.empty()) draw();
}

void Progress::start_trial(std::size_t trial) {
  waiting_.erase(trial);
  running_[trial] = {};
  const auto goes_on = goes_on_.extract(trial);
  if (live_) {
    if (!goes_on.empty())
      say(fmt::format("{}: {} of {}", names_[trial], goes_on.mapped(), plan_.trials[trial].epochs));
    draw();
    return;
  }
  const TrialPlan& plan = plan_.trials[trial];
  say(fmt::format("{}: {} of {}, {}{}", names_[trial], count_text(plan.epochs, "epoch"), plan.model,
                  count_text(plan.parameters, "parameter"), goes_on.empty() ? "" : "; " + goes_on.mapped()));
}

void Progress::note(std::size_t trial, const rt::StepProgress& progress) {
  Running& running = running_[trial];
  if (running.last.total == 0) {
    running.first_done = progress.done;
    running.first_seen = env_.seconds();
  }
  running.last = progress;
  work_.measure(trial, progress.done, progress.total, progress.done - running.first_done,
                env_.seconds() - running.first_seen);
}

void Progress::step(std::size_t trial, const rt::StepProgress& progress) {
  note(trial, progress);
  const double now = env_.seconds();
  if (live_ && now - last_drawn_ >= kRedraw) draw();
  if (!live_ && now - last_said_ >= kLogEvery) say(line_for(trial, running_.at(trial), kAnyWidth));
}

void Progress::end_epoch(std::size_t trial, const rt::StepProgress& progress, double seconds) {
  note(trial, progress);
  if (live_) return;
  const double pause = expected_ > 1 ? kLogEvery : kLogEpochs;
  const bool last = expected_ == 1 && progress.epoch == progress.epochs;
  if (!last && env_.seconds() - last_said_ < pause) return;
  say(fmt::format("{}  {} an epoch", line_for(trial, running_.at(trial), kAnyWidth), duration_text(seconds)));
}

void Progress::end_trial(std::size_t trial, const rt::TrialRecord& record) {
  running_.erase(trial);
  waiting_.erase(trial);
  work_.finish(trial);
  ++ended_;
  if (record.status == rt::TrialStatus::Cached) ++taken_over_;
  if (!record.finished()) ++unfinished_;
  std::string line =
      fmt::format("[{}/{}] {}: {}", ended_, expected_, names_[trial], status_text(record.status));
  if (record.status != rt::TrialStatus::Cached) {
    line += fmt::format(" in {}", duration_text(record.seconds_train + record.seconds_evaluate));
  }
  line += stopped_text(plan_.trials[trial], record);
  line += score_text(record);
  if (!record.reason.empty()) line += fmt::format(": {}", record.reason);
  say(line);
}

void Progress::drop_trial(std::size_t trial) { work_.finish(trial); }

std::string Progress::line_for(std::size_t trial, const Running& running, int columns) const {
  const std::string& name = names_[trial];
  const rt::StepProgress& last = running.last;
  if (last.total == 0) return fmt::format("{}  starting", name);
  const double share = static_cast<double>(last.done) / static_cast<double>(last.total);
  const auto rest_with = [&](bool all) {
    std::string rest =
        fmt::format("  epoch {}/{}  {:3.0f} %  {}", last.epoch, last.epochs, 100 * share, figures(last, all));
    if (last.done < last.total) rest += "  " + left_text(work_.seconds_left(trial));
    return rest;
  };
  std::string rest = rest_with(true);
  if (display_width(rest) + std::min(kLeastName, display_width(name)) > columns) rest = rest_with(false);
  return shortened(name, std::max(kLeastName, columns - display_width(rest))) + rest;
}

std::string Progress::total_line() const {
  std::string text = fmt::format("{} of {} done", ended_, count_text(expected_, "trial"));
  if (taken_over_ > 0) text += fmt::format(", {} of them before", taken_over_);
  if (unfinished_ > 0) text += fmt::format(", {} failed", unfinished_);
  text += fmt::format(", {} running", running_.size());
  if (!waiting_.empty()) text += fmt::format(", {} waiting", waiting_.size());
  return fmt::format("{}, {}", text, left_text(work_.seconds_left()));
}

void Progress::say(const std::string& line) {
  if (quiet_) return;
  clear();
  last_said_ = env_.seconds();
  *env_.err << printable(line) << "\n" << std::flush;
  if (live_ && !running_.empty()) draw();
}

void Progress::draw() {
  if (quiet_) return;
  clear();
  last_drawn_ = env_.seconds();
  // The last column stays empty: some terminals wrap as soon as it is written.
  const int width = std::max(10, env_.columns()) - 1;
  std::vector<std::string> lines;
  for (const auto& [trial, running] : running_) {
    if (lines.size() < kMostLines) lines.push_back(line_for(trial, running, width));
  }
  if (expected_ > 1) lines.push_back(total_line());
  std::string text = kHideCursor;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += fmt::format("{}{}{}{}{}", i == 0 ? "" : "\n", kClearLine, color_ ? "\x1b[36m" : "",
                        cut(lines[i], width), color_ ? "\x1b[0m" : "");
  }
  *env_.err << text << std::flush;
  drawn_lines_ = static_cast<int>(lines.size());
}

void Progress::clear() {
  if (drawn_lines_ == 0) return;
  std::string text = kClearLine;
  for (int i = 1; i < drawn_lines_; ++i) text += fmt::format("\x1b[1A{}", kClearLine);
  *env_.err << text << kShowCursor << std::flush;
  drawn_lines_ = 0;
}

}  // namespace nnc
