// Results as people read them: numbers and names, which trials a reference means, how repeats are summed up,
// and what expressions come to.
#include "runtime/results/results.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/plan/result_fields.hpp"
#include "runtime/results/expressions.hpp"
#include "runtime/results/value_text.hpp"
#include "tests/unit/results_support.hpp"

using namespace nnc;        // NOLINT
using namespace nnc::rt;    // NOLINT
using namespace nnc::test;  // NOLINT

namespace {

Point rate(double value) { return {{"rate", value}}; }

// Two rates with three seeds each, a single run, and a grid with folds and a selection.
RunRecord make_study() {
  RunRecord record;
  add_seeds(record, "dropout", rate(0), {0.880, 0.882, 0.884});
  add_seeds(record, "dropout", rate(0.2), {0.885, 0.889, 0.890});
  record.trials.push_back(trial("baseline", {}, 0, 0.8885));
  add_folds(record, "grid", {{"n", std::int64_t{1}}}, 0, {0.80, 0.82, 0.84, 0.86});
  add_folds(record, "grid", {{"n", std::int64_t{2}}}, 0, {0.90, 0.92, 0.94, 0.96});
  TrialRecord refit = trial("grid", {{"n", std::int64_t{2}}}, 0, 0.91);
  refit.refit = true;
  refit.seconds_train = 99;
  record.trials.push_back(refit);
  record.selections.push_back({"grid", "valid.accuracy", {{"n", std::int64_t{2}}}, 0.93, 0.026});
  return record;
}

std::string text(const RunRecord& record, const ReportExprPtr& expr) {
  return expression_text(record, *expr);
}

ReportExprPtr difference(ReportExprPtr lhs, ReportExprPtr rhs) {
  return binary(Op::Subtract, std::move(lhs), std::move(rhs));
}

}  // namespace

TEST_CASE("numbers are written the way people read them", "[results]") {
  CHECK(format_number(form_of("test.accuracy"), 0.8885) == "88.85 %");
  CHECK(format_number(form_of("fitted.accuracy"), 0.8885) == "88.85 %");
  CHECK(format_number(form_of("test.f1"), 0.8885) == "0.8885");
  CHECK(format_number(form_of("test.f1_macro"), 0.8885) == "0.8885");
  CHECK(format_number(form_of("test.top_accuracy"), 0.8885) == "88.85 %");
  CHECK(format_number(form_of("loss_weight"), 0.5) == "0.5");
  CHECK(format_number(form_of("train.loss"), 0.15) == "0.1500");
  CHECK(format_number(form_of("test.log_loss"), 12.34567) == "12.35");
  CHECK(format_number(form_of("test.log_loss"), 1234.6) == "1235");
  CHECK(format_number(form_of("train.loss"), 1.5e-7) == "1.500e-07");
  CHECK(format_number(form_of("parameters"), 203530) == "203,530");
  CHECK(format_number(form_of("seconds"), -1.5) == "-1.50 s");
  CHECK(format_spread(NumberForm::Percent, 0.889, 0.002) == "88.90 ± 0.20 %");
}

TEST_CASE("differences of percentages are points", "[results]") {
  CHECK(format_difference(NumberForm::Percent, 0.0031) == "0.31 points");
  CHECK(format_difference(NumberForm::Percent, -0.000001) == "0.00 points");
  CHECK(format_difference(NumberForm::Score, 0.0031) == "0.0031");
  CHECK(format_difference_spread(NumberForm::Percent, 0.0031, 0.001) == "0.31 ± 0.10 points");
}

TEST_CASE("computed numbers are rounded, whole ones are not", "[results]") {
  CHECK(format_computed(0.1 + 0.2) == "0.3");
  CHECK(format_computed(2.51749) == "2.517");
  CHECK(format_computed(12345.6) == "12,346");
  CHECK(format_computed(203530) == "203,530");
  CHECK(format_computed(1e300) == "1e+300");
  CHECK(format_computed(kNan) == "NaN");
}

TEST_CASE("numbers that are none have a name", "[results]") {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  CHECK(format_number(NumberForm::Percent, kNan) == "NaN");
  CHECK(format_number(NumberForm::Count, kInfinity) == "∞");
  CHECK(format_number(NumberForm::Loss, -kInfinity) == "−∞");
  CHECK(format_number(NumberForm::Count, 1e300) == "1e+300");
  CHECK(format_spread(NumberForm::Percent, kNan, 0) == "NaN");
  CHECK(format_difference(NumberForm::Percent, kNan) == "NaN");
}

TEST_CASE("fields have readable names", "[results]") {
  CHECK(readable_field("test.roc_auc") == "test ROC AUC");
  CHECK(readable_field("train.log_loss") == "train log loss");
  CHECK(readable_field("fitted.accuracy") == "fitted accuracy");
  CHECK(sentence(readable_field("seconds_per_epoch")) == "Time per epoch");
  CHECK(metric_of("test.accuracy") == "accuracy");
  CHECK(metric_of("a.b") == "a.b");
  CHECK(readable_field("test.f1_macro") == "test F1 macro");
}

TEST_CASE("every result field has a value in a record", "[results]") {
  TrialRecord single = trial("baseline", {}, 0, 0.9);
  for (const ResultFieldInfo& field : result_fields()) {
    CAPTURE(std::string(field.name));
    const Measure value = measure({{&single}}, std::string(field.name));
    CHECK(value.present);
    CHECK(value.numeric == (field.type != ResultFieldInfo::Type::Word));
  }
}

// ---------------------------------------------------------------- summing up

TEST_CASE("over seeds a result is a mean with half its interval", "[results]") {
  const RunRecord record = make_study();
  const Measure value = measure(groups_of(record, all_of("dropout", rate(0))).front(), "test.accuracy");
  CHECK(value.mean == Approx(0.882));
  CHECK(value.deviation == Approx(0.002));
  // t of two degrees of freedom, 4.3027, times 0.002 / sqrt(3)
  CHECK(value.margin.value() == Approx(0.0049683));
  CHECK(value.text == "88.20 ± 0.50 %");
  CHECK(value.sources.size() == 3);
}

TEST_CASE("over folds the interval knows that their training parts overlap", "[results]") {
  const RunRecord record = make_study();
  const Measure value = measure(groups_of(record, all_of("grid", {{"n", 1.0}})).front(), "valid.accuracy");
  CHECK(value.mean == Approx(0.83));
  // 3.18245 * 0.0258199 * sqrt(1/4 + 200/800)
  CHECK(value.margin.value() == Approx(0.0581027));
}

TEST_CASE("over seeds and folds every fold counts, and their overlap too", "[results]") {
  RunRecord record;
  add_folds(record, "grid", {}, 0, {0.80, 0.90});
  add_folds(record, "grid", {}, 1, {0.82, 0.92});
  const Measure value = measure(groups_of(record, all_of("grid")).front(), "valid.accuracy");
  CHECK(value.values.size() == 4);
  CHECK(value.mean == Approx(0.86));
  // t of 3 degrees of freedom times 0.0588784 sqrt(1/4 + 200/800): every seed splits the same samples.
  CHECK(value.margin.value() == Approx(3.18245 * 0.0588784 * std::sqrt(0.5)).epsilon(1e-4));
}

TEST_CASE("what differs by rounding only has no interval", "[results]") {
  RunRecord record;
  add_seeds(record, "a", {}, {0.8915, 0.8935, 0.89});
  add_seeds(record, "b", {}, {0.887, 0.889, 0.8855});
  const auto low = result(all_of("b"));
  const auto high = result(all_of("a"));
  CHECK(text(record, difference(high, low)) == "0.45 points");
  CHECK(text(record, difference(difference(high, low), constant(0.0045))) == "0.00 points");
  CHECK(text(record, difference(high, binary(Op::Multiply, low, constant(0.5)))) == "44.81 ± 0.22 points");
}

TEST_CASE("means over points with different folds have no interval", "[results]") {
  RunRecord record;
  for (const std::uint64_t seed : {0U, 1U}) {
    const double more = 0.02 * static_cast<double>(seed);
    add_folds(record, "grid", rate(0), seed, {0.80 + more, 0.90 + more});
    add_folds(record, "grid", rate(0.1), seed, {0.80 + more, 0.80 + more, 0.95 + more});
  }
  CHECK(text(record, over(Aggregate::Mean, all_of("grid"), "valid.accuracy")) == "86.00 %");
}

TEST_CASE("what an interrupted run has not trained is not there yet", "[results]") {
  RunRecord record = make_study();
  const auto count = static_cast<std::int64_t>(record.trials.size());
  record.expected_trials = count;
  CHECK(text(record, result(all_of("nothing"))) == "(no result: no such trial)");
  record.expected_trials = count + 4;
  CHECK(text(record, result(all_of("nothing"))) == "(not yet: 16 of 20 trials)");
  CHECK(text(record, result(all_of("grid", {{"n", std::int64_t{1}}}))) == "(not yet: 16 of 20 trials)");
  CHECK(text(record, over(Aggregate::Mean, all_of("nothing"))) == "(not yet: 16 of 20 trials)");
  CHECK(text(record, result(all_of("baseline"))) == "88.85 %");
  record.trials[6].status = TrialStatus::Diverged;
  CHECK(text(record, result(all_of("baseline"))) == "(no result: the trial diverged)");
}

TEST_CASE("a single run has no interval, and equal numbers show none", "[results]") {
  const RunRecord record = make_study();
  CHECK_FALSE(measure(groups_of(record, all_of("baseline")).front(), "test.accuracy").margin);
  CHECK(measure(groups_of(record, all_of("dropout", rate(0))).front(), "parameters").text == "203,530");
  CHECK(measure(groups_of(record, all_of("dropout", rate(0))).front(), "optimizer").text == "adam");
  CHECK(measure(groups_of(record, all_of("baseline")).front(), "test.unknown").text == "–");
}

TEST_CASE("what was selected is judged on test by its refit and on valid by its folds", "[results]") {
  const RunRecord record = make_study();
  const std::vector<Group> chosen = groups_of(record, best_of("grid", ""));
  REQUIRE(chosen.size() == 1);
  CHECK(measure(chosen.front(), "test.accuracy").text == "91.00 %");
  CHECK(measure(chosen.front(), "valid.accuracy").mean == Approx(0.93));
  CHECK(measure(chosen.front(), "seconds_train").mean == Approx(10));
  CHECK_FALSE(
      measure(groups_of(record, all_of("grid", {{"n", std::int64_t{1}}})).front(), "test.accuracy").present);
}

TEST_CASE("the best point has the best mean in the direction of its metric", "[results]") {
  RunRecord record = make_study();
  CHECK(axis_text(groups_of(record, best_of("dropout")).front().first(), "rate") == "0.2");
  CHECK(axis_text(groups_of(record, worst_of("dropout")).front().first(), "rate") == "0");
  for (TrialRecord& each : record.trials) each.metrics["test.log_loss"] = each.metrics["test.accuracy"];
  CHECK(axis_text(groups_of(record, best_of("dropout", "test.log_loss")).front().first(), "rate") == "0");
  CHECK(groups_of(record, best_of("dropout", "test.unknown")).empty());
  CHECK(groups_of(record, best_of("nothing")).empty());
  for (TrialRecord& each : record.trials) each.status = TrialStatus::Failed;
  CHECK(groups_of(record, best_of("dropout")).empty());
}

TEST_CASE("points that are not numbers are never the best", "[results]") {
  RunRecord record;
  add_seeds(record, "rates", rate(0.1), {kNan});
  add_seeds(record, "rates", rate(0.2), {0.5});
  CHECK(axis_text(groups_of(record, best_of("rates")).front().first(), "rate") == "0.2");
  CHECK(axis_text(groups_of(record, worst_of("rates")).front().first(), "rate") == "0.2");
}

TEST_CASE("several references give their points once, in their order", "[results]") {
  const RunRecord record = make_study();
  const std::vector<Group> groups =
      groups_of(record, std::vector<TrialsRef>{all_of("baseline"), best_of("dropout"), all_of("dropout")});
  REQUIRE(groups.size() == 3);
  CHECK(groups[0].first().experiment == "baseline");
  CHECK(axis_text(groups[1].first(), "rate") == "0.2");
  CHECK(axis_text(groups[2].first(), "rate") == "0");
  CHECK(groups_of(record, std::vector<TrialsRef>{}).size() == 5);
}

TEST_CASE("references have names", "[results]") {
  CHECK(describe(all_of("depth")) == "depth");
  CHECK(describe(best_of("depth")) == "best of depth");
  CHECK(describe(all_of("depth", {{"n", std::int64_t{3}}, {"opt", std::string("adam")}})) ==
        "depth with n = 3, opt = adam");
  CHECK(describe(best_of("depth", "test.f1")) == "best of depth by test F1");
}

// ---------------------------------------------------------------- expressions

TEST_CASE("a value in the prose has its unit and its interval, or says why there is none", "[results]") {
  RunRecord record = make_study();
  CHECK(text(record, result(all_of("baseline"))) == "88.85 %");
  CHECK(text(record, result(all_of("dropout", rate(0)))) == "88.20 ± 0.50 %");
  CHECK(text(record, result(best_of("dropout"), "rate")) == "0.2");
  CHECK(text(record, result(all_of("baseline"), "optimizer")) == "adam");
  CHECK(text(record, result(all_of("dropout"))) == "(no single value: several trials match)");
  CHECK(text(record, result(all_of("nothing"))) == "(no result: no such trial)");
  CHECK(text(record, result(all_of("baseline"), "test.unknown")) == "(no result)");
  record.trials[6].status = TrialStatus::Diverged;
  CHECK(text(record, result(all_of("baseline"))) == "(no result: the trial diverged)");
  CHECK(text(record, result(best_of("baseline"))) == "(no result: the trial diverged)");
}

TEST_CASE("a difference is taken per seed, and its interval is that of the differences", "[results]") {
  const RunRecord record = make_study();
  const auto low = result(all_of("dropout", rate(0)));
  const auto high = result(all_of("dropout", rate(0.2)));
  // Differences 0.5, 0.7 and 0.6 points.
  CHECK(text(record, difference(high, low)) == "0.60 ± 0.25 points");
  CHECK(text(record, difference(low, high)) == "-0.60 ± 0.25 points");
  CHECK(text(record, unary(UnaryOp::Abs, difference(low, high))) == "0.60 points");
  CHECK(text(record, difference(high, result(all_of("baseline")))) == "-0.35 points");
}

TEST_CASE("units follow the arithmetic", "[results]") {
  const RunRecord record = make_study();
  const auto accuracy = result(all_of("baseline"));
  const auto parameters = result(all_of("baseline"), "parameters");
  const auto seconds = result(all_of("baseline"), "seconds");
  CHECK(text(record, difference(accuracy, constant(0.85))) == "3.85 points");
  CHECK(text(record, binary(Op::Add, accuracy, constant(0.01))) == "89.85 %");
  CHECK(text(record, difference(constant(std::int64_t{1}), accuracy)) == "11.15 points");
  CHECK(text(record, binary(Op::Divide, accuracy, constant(2.0))) == "44.42 %");
  CHECK(text(record, binary(Op::Divide, accuracy, accuracy)) == "1");
  CHECK(text(record, binary(Op::Multiply, constant(2.0), seconds)) == "20.0 s");
  CHECK(text(record, binary(Op::Divide, parameters, constant(std::int64_t{1000}))) == "203.5");
  CHECK(text(record, binary(Op::Add, parameters, parameters)) == "407,060");
  CHECK(text(record, binary(Op::Add, constant(0.1), constant(0.2))) == "0.3");
  CHECK(text(record, binary(Op::Divide, constant(1.0), constant(0.0))) == "NaN");
  CHECK(text(record, binary(Op::Divide, seconds, parameters)) == "4.913e-05");
}

TEST_CASE("several trials have a mean, a deviation, extremes and a count", "[results]") {
  const RunRecord record = make_study();
  CHECK(text(record, over(Aggregate::Mean, all_of("dropout"))) == "88.50 ± 0.57 %");
  CHECK(text(record, over(Aggregate::Min, all_of("dropout"))) == "88.00 %");
  CHECK(text(record, over(Aggregate::Max, all_of("dropout"))) == "89.00 %");
  CHECK(text(record, over(Aggregate::Deviation, all_of("dropout", rate(0)))) == "0.20 points");
  CHECK(text(record, over(Aggregate::Count, all_of("dropout"))) == "6");
  CHECK(text(record, over(Aggregate::Count, all_of("nothing"))) == "0");
  CHECK(text(record, over(Aggregate::Count, all_of("dropout"), "model")) == "6");
  CHECK(text(record, over(Aggregate::Mean, all_of("nothing"))) == "(no result: no such trial)");
  CHECK(text(record, over(Aggregate::Max, all_of("dropout"), "rate")) == "0.2");
  CHECK(text(record, over(Aggregate::Mean, all_of("dropout"), "model")) == "(no result)");
}

TEST_CASE("comparisons in the prose are true or false, and a missing side matters only if it decides",
          "[results]") {
  const RunRecord record = make_study();
  const auto yes = binary(Op::Greater, result(all_of("baseline")), constant(0.5));
  const auto unknown = binary(Op::Greater, result(all_of("nothing")), constant(0.5));
  CHECK(text(record, yes) == "true");
  CHECK(text(record, unary(UnaryOp::Not, yes)) == "false");
  CHECK(text(record, binary(Op::Or, unknown, yes)) == "true");
  CHECK(text(record, binary(Op::And, unknown, yes)) == "(no result: no such trial)");
  CHECK(text(record, binary(Op::Equal, result(all_of("baseline"), "model"), constant(std::string("ann")))) ==
        "true");
}

TEST_CASE("odd records give words and never a crash", "[results]") {
  RunRecord record;
  CHECK(text(record, result(all_of("a"))) == "(no result: no such trial)");
  CHECK(text(record, result(best_of("a", ""), "rate")) == "(no result: no such trial)");
  CHECK(text(record, expression(ReportExpr::Binary{})) == "(no result)");
  CHECK(text(record, expression(ReportExpr::Unary{})) == "(no result)");
  add_seeds(record, "a", {}, {kNan, 0.5});
  CHECK(text(record, result(all_of("a"))) == "NaN");
  CHECK(text(record, difference(result(all_of("a")), constant(0.1))) == "NaN");
  CHECK(text(record, binary(Op::Less, result(all_of("a")), constant(0.1))) ==
        "(no result: a value is not a number)");
  CHECK(text(record, difference(result(all_of("a"), "model"), constant(0.1))) == "(no result)");
}
