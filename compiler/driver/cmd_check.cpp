// nnc check: every name, type and shape of every trial, without training, of one program or of many in one
// go.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <set>
#include <tuple>

#include "compiler/base/text_width.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/dump.hpp"
#include "compiler/driver/front_end.hpp"
#include "compiler/driver/json_output.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/driver/program_files.hpp"
#include "compiler/driver/sarif.hpp"
#include "compiler/plan/training_steps.hpp"

namespace nnc {
namespace {

std::string no_errors_text(const Compilation& compilation) {
  const StudyPlan& plan = compilation.study->plan;
  std::set<std::string> experiments;
  for (const TrialPlan& trial : plan.trials) experiments.insert(trial.experiment);
  return fmt::format("{}: no errors in {} of {}\n", printable(compilation.path),
                     count_text(trial_count(plan), "trial"),
                     count_text(static_cast<std::int64_t>(experiments.size()), "experiment"));
}

int check_one(Env& env, const Options& options) {
  int exit_code = kExitOk;
  const auto compilation = load_study(env, options, exit_code);
  if (!compilation) return exit_code;
  if (options.json) {
    *env.out << diagnostics_document(options, *compilation);
  } else if (!options.quiet) {
    *env.out << no_errors_text(*compilation);
  }
  return kExitOk;
}

// What is said about several programs, and what the command then ends with.
class CheckReport {
 public:
  CheckReport(Env& env, const Options& options) : env_(&env), options_(&options) {}

  void failed(const std::string& path, const Failure& failure) {
    unread_ = true;
    nlohmann::ordered_json object = {{"file", path}, {"error", failure.message}};
    if (!failure.hint.empty()) object["help"] = failure.hint;
    files_.push_back(std::move(object));
    failures_.push_back(failure);
    Options spoken = *options_;
    spoken.json = false;  // the document has it
    print_error(*env_, spoken, failure);
  }

  void done(std::unique_ptr<Compilation> compilation) {
    ++count_;
    const int code = exit_code_of(*compilation);
    wrong_ += code == kExitErrors ? 1 : 0;
    unread_ = unread_ || code == kExitUsage;
    std::vector<Diagnostic> news = not_told(*compilation);
    if (!options_->json) {
      *env_->err << diagnostics_text(*env_, *options_, compilation->sources, news) << std::flush;
      if (code == kExitOk && !options_->quiet) *env_->out << no_errors_text(*compilation);
    } else if (options_->message_format == "sarif") {
      compilation->study.reset();
      results_.push_back({&compilation->sources, compilation->main, std::move(news)});
      kept_.push_back(std::move(compilation));
    } else {
      files_.push_back(diagnostics_object(*compilation));
    }
  }

  int finish() {
    if (options_->json && options_->message_format == "sarif") {
      *env_->out << diagnostics_sarif(results_, failures_);
    } else if (options_->json) {
      print_json(*env_, {{"files", files_}, {"with_errors", wrong_}});
    } else if (!options_->quiet && wrong_ > 0) {
      *env_->out << fmt::format("{} of {} {} errors\n", wrong_, count_text(count_, "file"),
                                wrong_ == 1 ? "has" : "have");
    }
    return wrong_ > 0 ? kExitErrors : unread_ ? kExitUsage : kExitOk;
  }

 private:
  // What is wrong in a file that several programs import is told once.
  std::vector<Diagnostic> not_told(const Compilation& compilation) {
    std::vector<Diagnostic> news = compilation.sink.sorted();
    std::erase_if(news, [&](const Diagnostic& diagnostic) {
      const Span& place = diagnostic.primary;
      const std::string file = place.valid() ? compilation.sources.file(place.file).path() : compilation.path;
      return !told_.emplace(file, place.begin, place.end, diagnostic.message).second;
    });
    return news;
  }

  Env* env_;
  const Options* options_;
  std::int64_t count_ = 0;
  std::int64_t wrong_ = 0;
  bool unread_ = false;  // a program, or the data of one
  std::set<std::tuple<std::string, std::uint32_t, std::uint32_t, std::string>> told_;
  nlohmann::ordered_json files_ = nlohmann::ordered_json::array();
  std::vector<Failure> failures_;
  std::vector<std::unique_ptr<Compilation>> kept_;  // the results refer to them
  std::vector<SarifResults> results_;
};

}  // namespace

int cmd_check(Env& env, const Options& options) {
  if (!means_several(options)) {
    Options one = options;
    if (!options.paths.empty()) {
      one.file = options.paths.front() == "-" ? kStandardInput : options.paths.front();
      one.has_empty_name = one.file.empty();
    }
    return options.dump.empty() ? check_one(env, one) : dump_phase(env, one);
  }
  if (!options.dump.empty()) {
    print_error(env, options, {"--dump shows one program", "name one file"});
    return kExitUsage;
  }
  const ProgramChoice choice = choose_programs(env, options, "check");
  CheckReport report(env, options);
  for (const Failure& failure : choice.failures) report.failed("", failure);
  for (const std::string& file : choice.files) {
    Options one = options;
    one.file = file;
    if (auto compilation = compile_study(env, one)) {
      report.done(std::move(compilation).value());
    } else {
      report.failed(file, compilation.failure());
    }
  }
  return report.finish();
}

}  // namespace nnc
