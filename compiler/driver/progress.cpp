// The progress display.
#include "compiler/driver/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/output.hpp"

namespace nnc {
namespace {

constexpr double kRedraw = 0.1;      // seconds between two drawings of the live line
constexpr double kLogEvery = 10;     // seconds between two lines within an epoch
constexpr double kLogEpochs = 1;     // seconds between two lines for epochs that end sooner
constexpr int kSamplesForGuess = 3;  // before that the time left is not told
constexpr const char* kHideCursor = "\x1b[?25l";
constexpr const char* kShowCursor = "\x1b[?25h";
constexpr const char* kClearLine = "\r\x1b[K";

std::string trial_name(const TrialPlan& trial) {
  const std::string params = params_text(trial.params);
  return params.empty() ? trial.experiment : fmt::format("{} ({})", trial.experiment, params);
}

std::string figures(double loss, double accuracy) {
  std::string text = fmt::format("loss {:.4f}", loss);
  if (std::isfinite(accuracy)) text += fmt::format("  accuracy {:.4f}", accuracy);
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

const char* status_text(rt::TrialStatus status) {
  return status == rt::TrialStatus::Cached ? "already done" : rt::status_word(status);
}

}  // namespace

Progress::Progress(Env& env, const Options& options) : env_(env), quiet_(options.quiet) {
  const bool watched_by_program = env.variable("CI").has_value();
  live_ = !quiet_ && env.err_is_terminal && env.variable("TERM").value_or("dumb") != "dumb" &&
          !watched_by_program;
  color_ = use_color(env, options, env.err_is_terminal);
}

Progress::~Progress() { clear(); }

rt::RunEvents Progress::events() {
  rt::RunEvents events;
  events.trial_started = [this](const TrialPlan& trial, std::size_t index, std::size_t count) {
    start_trial(trial, index, count);
  };
  events.progress = [this](const TrialPlan& trial, std::int64_t epoch, std::int64_t done, std::int64_t total,
                           double loss, double accuracy) { step(trial, epoch, done, total, loss, accuracy); };
  events.epoch_ended = [this](const TrialPlan& trial, std::int64_t epoch, double loss, double accuracy,
                              double seconds) { end_epoch(trial, epoch, loss, accuracy, seconds); };
  events.trial_ended = [this](const rt::TrialRecord& record) { end_trial(record); };
  return events;
}

void Progress::start_trial(const TrialPlan& trial, std::size_t index, std::size_t count) {
  index_ = index;
  count_ = count;
  samples_ = 0;
  sample_done_ = 0;
  sample_time_ = env_.seconds();
  last_said_ = sample_time_;
  if (live_) {
    draw(fmt::format("[{}/{}] {}", index_ + 1, count_, trial_name(trial)));
    return;
  }
  say(fmt::format("[{}/{}] {}: {} of {}, {}", index_ + 1, count_, trial_name(trial),
                  count_text(trial.epochs, "epoch"), trial.model, count_text(trial.parameters, "parameter")));
}

double Progress::time_left(std::int64_t done, std::int64_t total) {
  constexpr double kSmoothing = 0.2;
  const double now = env_.seconds();
  if (now > sample_time_ && done > sample_done_) {
    const double speed = static_cast<double>(done - sample_done_) / (now - sample_time_);
    speed_ = samples_ == 0 ? speed : kSmoothing * speed + (1 - kSmoothing) * speed_;
    ++samples_;
    sample_time_ = now;
    sample_done_ = done;
  }
  if (samples_ < kSamplesForGuess || speed_ <= 0) return -1;
  return static_cast<double>(total - done) / speed_;
}

std::string Progress::line_for(const TrialPlan& trial, std::int64_t epoch, std::int64_t done,
                               std::int64_t total, double loss, double accuracy) {
  const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0;
  const double left = time_left(done, total);
  return fmt::format("[{}/{}] {}  epoch {}/{}  {:3.0f} %  {}  {}", index_ + 1, count_, trial_name(trial),
                     epoch, trial.epochs, 100 * share, figures(loss, accuracy),
                     left < 0 ? std::string("~ left") : fmt::format("{} left", duration_text(left)));
}

void Progress::step(const TrialPlan& trial, std::int64_t epoch, std::int64_t done, std::int64_t total,
                    double loss, double accuracy) {
  if (quiet_) return;
  const double now = env_.seconds();
  if (live_ ? now - last_drawn_ < kRedraw : now - last_said_ < kLogEvery) return;
  const std::string line = line_for(trial, epoch, done, total, loss, accuracy);
  if (live_) {
    draw(line);
  } else {
    say(line);
  }
}

void Progress::end_epoch(const TrialPlan& trial, std::int64_t epoch, double loss, double accuracy,
                         double seconds) {
  if (quiet_ || live_) return;
  const bool last = epoch == trial.epochs;
  if (!last && env_.seconds() - last_said_ < kLogEpochs) return;
  say(fmt::format("[{}/{}] {}  epoch {}/{}  {}  {}", index_ + 1, count_, trial_name(trial), epoch,
                  trial.epochs, figures(loss, accuracy), duration_text(seconds)));
}

void Progress::end_trial(const rt::TrialRecord& record) {
  if (quiet_) return;
  std::string name = record.experiment;
  if (const std::string params = params_text(record.params); !params.empty())
    name += fmt::format(" ({})", params);
  std::string line = fmt::format("[{}/{}] {}: {} in {}", index_ + 1, count_, name, status_text(record.status),
                                 duration_text(record.seconds_train + record.seconds_evaluate));
  if (const auto found = record.metrics.find("test.accuracy"); found != record.metrics.end()) {
    line += fmt::format(", test accuracy {:.4f}", found->second);
  }
  if (!record.reason.empty()) line += fmt::format(": {}", record.reason);
  say(line);
}

void Progress::say(const std::string& line) {
  if (quiet_) return;
  clear();
  last_said_ = env_.seconds();
  *env_.err << printable(line) << "\n" << std::flush;
}

void Progress::draw(const std::string& line) {
  last_drawn_ = env_.seconds();
  // The last column stays empty: some terminals wrap as soon as it is written.
  const std::string shown = cut(line, std::max(10, env_.columns()) - 1);
  *env_.err << kHideCursor << kClearLine << (color_ ? "\x1b[36m" : "") << shown << (color_ ? "\x1b[0m" : "")
            << std::flush;
  drawn_ = true;
}

void Progress::clear() {
  if (!drawn_) return;
  *env_.err << kClearLine << kShowCursor << std::flush;
  drawn_ = false;
}

}  // namespace nnc
