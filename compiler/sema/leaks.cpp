// Test data must not decide anything that is reported together with test results. One table says, for every
// place where somebody might let it, what would be wrong and what to write instead.
#include "compiler/sema/leaks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/base/check.hpp"
#include "compiler/plan/scale_name.hpp"
#include "compiler/sema/ast_walk.hpp"
#include "compiler/sema/settings.hpp"

namespace nnc::sema {
namespace {

// clang-format off
constexpr std::array kLeakTexts = {
    LeakText{Purpose::Axis,
             "test results of `{}` give the values of an axis",
             "an axis cannot take its values from the test part",
             "what is tried would be what did well on the test part already",
             "write the values, as in `sweep rate in [0, 0.1, 0.2]`"},
    LeakText{Purpose::Condition,
             "test results of `{}` decide which points are trained",
             "`where` cannot ask for test results",
             "only points that do well on the test part would be left to report",
             "a condition is about the axes, as in `where rate > 0`; to choose among the points write `select best by valid.accuracy over kfold(5)`"},
    LeakText{Purpose::Count,
             "test results of `{}` decide how much is trained",
             "how much is trained cannot depend on the test part",
             "one would go on until the test part is pleased",
             "write the number, as in `repeat over 5 seeds`"},
    LeakText{Purpose::Model,
             "test results of `{}` choose the model or one of its arguments",
             "a model cannot be made of the test part",
             "the model would be chosen by the samples that judge it",
             "sweep the argument here and choose by validation: `select best by valid.accuracy over kfold(5)`"},
    LeakText{Purpose::TrainData,
             "test results of `{}` choose what is trained on",
             "the test part is not for training",
             "on samples that it was trained on, a model shows only that it remembers them",
             "name the data set, as in `train ann() on fashion with standard`: its training part is taken"},
    LeakText{Purpose::TrainValidation,
             "",
             "the validation part is not for training",
             "it is the share of the training part that is judged on and left out of the training",
             "name the data set, as in `train ann() on fashion with standard`; `validate over holdout(0.2)` divides its training part"},
    LeakText{Purpose::Setting,
             "test results of `{}` set how the training goes",
             "the training cannot depend on the test part",
             "the setting would be tuned on the samples that judge it",
             "sweep the setting here and choose by validation: `select best by valid.accuracy over kfold(5)`"},
    LeakText{Purpose::Recipe,
             "test results of `{}` become part of a recipe",
             "a recipe cannot depend on the test part",
             "every training with this recipe would be tuned on the samples that judge it",
             "sweep the setting in an experiment, as in `with standard { epochs: n }`, and choose by validation: `select best by valid.accuracy over kfold(5)`"},
    LeakText{Purpose::Validation,
             "test results of `{}` choose the validation scheme",
             "the test part is not for validation",
             "validation chooses, and what was chosen by the test part looks too good on it",
             "write `validate over kfold(5)` or `validate over holdout(0.2)`: both divide the training part"},
    LeakText{Purpose::Selection,
             "test results of `{}` choose the point",
             "a selection cannot look at the test part",
             "the best of several test results is partly luck, which new data will not repeat",
             "choose by validation: `select best by valid.accuracy over kfold(5)`"},
    LeakText{Purpose::Stopping,
             "test results of `{}` decide when training stops",
             "training cannot stop by test results",
             "the number of epochs would be fitted to the samples that judge the model",
             "write `stop by valid.loss after 5 epochs`, and a line such as `validate over holdout(0.2)`"},
    LeakText{Purpose::Scaling,
             "test results of `{}` scale the data",
             "scaling cannot be fitted on samples that are not trained on",
             "the training would know something about the samples that judge it",
             "leave it to the scale, as in `scale: minmax`: it is fitted on what is trained on, fold by fold"},
    LeakText{Purpose::Source,
             "test results of `{}` shape the data",
             "the test part of one data set cannot become part of another",
             "samples that are trained on could come back as test samples",
             "declare the data by its files, as in `idx(\"folder\")`; which part is for what is not to be mixed"},
    LeakText{Purpose::Let,
             "test results of `{}` become a value for the whole program",
             "the test part is only for reports",
             "models, recipes and experiments could be made with it",
             "results are named where they are shown: in a report, as in `{best(dropout).rate}`"},
    LeakText{Purpose::Body,
             "test results of `{}` are built into the network",
             "a network knows nothing of the test part",
             "the network would be designed by the samples that judge it",
             "make it a parameter, as in `model ann(rate: float)`, sweep it in an experiment, and choose by validation"},
};
// clang-format on

// What test data is called where somebody wants to fit on it.
bool is_held_out_word(std::string_view word) {
  return word == "test" || word == "valid" || word == "validation" || word == "all";
}

// Settings by which other systems say on what to fit.
bool is_about_fitting(std::string_view key) {
  return key.find("fit") != std::string_view::npos || key.find("scale") != std::string_view::npos ||
         key.find("stat") != std::string_view::npos || key.find("normal") != std::string_view::npos;
}

}  // namespace

const LeakText& leak_text(Purpose purpose) {
  const auto* found = std::find_if(kLeakTexts.begin(), kLeakTexts.end(),
                                   [&](const LeakText& text) { return text.purpose == purpose; });
  NNC_CHECK(found != kLeakTexts.end(), "every purpose has its texts");
  return *found;
}

Purpose purpose_of(const Scope& scope) {
  switch (scope.place) {
    case Place::Experiment:
    case Place::Data:
      return scope.purpose;
    case Place::Recipe:
    case Place::Schedule:  // of recipes
      return Purpose::Recipe;
    case Place::Let:
      return Purpose::Let;
    default:
      return Purpose::Body;
  }
}

bool decides_training(Place place) {
  return place == Place::Experiment || place == Place::Recipe || place == Place::Schedule ||
         place == Place::Data;
}

bool names_held_out_samples(const ast::Expr& expr) {
  return any_of_nodes(expr, [](const ast::Expr& node) {
    if (const auto* name = std::get_if<ast::NameRef>(&node.node)) return is_held_out_word(name->name);
    if (const auto* text = std::get_if<ast::StringLiteral>(&node.node)) return is_held_out_word(text->value);
    const auto* member = std::get_if<ast::Member>(&node.node);
    return member != nullptr && is_held_out_word(member->member.text);
  });
}

// `test` where it is the name of nothing else.
bool Checker::is_unknown_test(const ast::Expr& expr, Scope& scope) const {
  const auto* name = std::get_if<ast::NameRef>(&expr.node);
  return name != nullptr && name->name == "test" && decides_training(scope.place) &&
         scope.find("test") == nullptr && find_global(scope, "test") == nullptr;
}

void Checker::report_test_leak(const Span& span, Purpose purpose) {
  const LeakText& text = leak_text(purpose);
  sink_.report(diagnostics::TestLeak, span, std::string(text.part))
      .note(std::string(text.reason))
      .hint(std::string(text.hint));
}

// Syntactic, so that it can be asked of an experiment that is still being checked.
bool Checker::validates(const ast::Declaration& experiment) const {
  std::set<const ast::Declaration*> seen;
  const ast::Declaration* current = &experiment;
  while (current != nullptr && seen.insert(current).second) {
    const auto* written = std::get_if<ast::ExperimentDecl>(&current->node);
    if (written == nullptr) return false;
    for (const ast::ExperimentStatement& statement : written->statements) {
      if (std::holds_alternative<ast::Validate>(statement.node) ||
          std::holds_alternative<ast::SelectBest>(statement.node))
        return true;
    }
    if (!written->base) return false;
    current = program_.find_from(sources_, written->base->span.file, written->base->text);
  }
  return false;
}

// A result that is used before there is a report: test results leak, others are not known in time.
Type Checker::report_early_result(const Span& span, const ast::Declaration* experiment, bool by_test,
                                  const Scope& scope) {
  if (experiment == nullptr) return {};
  const std::string& name = ast::declared_name(*experiment)->text;
  if (!by_test) {
    sink_.report(diagnostics::NotYet, span, fmt::format("using a result of `{}` before the report", name))
        .note("nothing else can wait for the results of an experiment")
        .hint("run the experiment first, then write the value that its report shows");
    return {};
  }
  const LeakText& text = leak_text(purpose_of(scope));
  sink_
      .report(diagnostics::TestLeak, span,
              fmt::format(fmt::runtime(text.results.empty() ? text.part : text.results), name))
      .note(std::string(text.reason))
      .hint(std::string(text.hint));
  return {};
}

// best(dropout) outside a report. What it picks by, unless said otherwise, is test results.
Type Checker::check_early_pick(const ast::Expr& expr, const ast::Call& call, Scope& scope) {
  Type experiment;
  const ast::Expr* by = nullptr;
  for (const ast::Argument& argument : call.arguments) {
    if (argument.value == nullptr) continue;
    const bool is_first = &argument == &call.arguments.front();
    if (is_first) {
      experiment = check_expr(*argument.value, scope);
    } else {
      by = argument.value.get();
    }
  }
  if (!experiment.is(Kind::Experiment) || experiment.declaration == nullptr) return {};
  const auto is_test = [](const ast::Expr& node) {
    const auto* name = std::get_if<ast::NameRef>(&node.node);
    return name != nullptr && name->name == "test";
  };
  const bool by_test = by != nullptr ? any_of_nodes(*by, is_test) : !validates(*experiment.declaration);
  return report_early_result(expr.span, experiment.declaration, by_test, scope);
}

// A setting by which the data would be fitted on samples that are not trained on. True if that was said.
bool Checker::report_leaking_setting(const ast::Setting& setting) {
  if (setting.value == nullptr) return false;
  const bool known = std::any_of(data_rules().begin(), data_rules().end(),
                                 [&](const SettingRule& rule) { return rule.key == setting.key.text; });
  const auto* call = std::get_if<ast::Call>(&setting.value->node);
  if (known && (setting.key.text != "scale" || call == nullptr)) return false;
  if (names_held_out_samples(*setting.value)) {
    report_test_leak(setting.value->span,
                     is_about_fitting(setting.key.text) ? Purpose::Scaling : Purpose::Source);
    return true;
  }
  const auto* scale = call && call->callee ? std::get_if<ast::NameRef>(&call->callee->node) : nullptr;
  if (!known || scale == nullptr || !find_scale(scale->name)) return false;
  sink_
      .report(diagnostics::TooManyArguments, setting.value->span, scale->name, "no arguments",
              given_text(call->arguments.size()))
      .hint(fmt::format("write `scale: {}`; it is fitted on what is trained on", scale->name));
  return true;
}

}  // namespace nnc::sema
