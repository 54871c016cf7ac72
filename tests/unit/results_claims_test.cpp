// Verdicts of claims: what is supported, what is refuted, what cannot be told, and how often chance is taken
// for more.
#include "runtime/results/claims.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "runtime/random/random.hpp"
#include "tests/unit/results_support.hpp"

using namespace nnc;        // NOLINT
using namespace nnc::rt;    // NOLINT
using namespace nnc::test;  // NOLINT

namespace {

Point rate(double value) { return {{"rate", value}}; }
ReportExprPtr at(double value) { return result(all_of("dropout", rate(value))); }
ReportExprPtr accuracy(const std::string& experiment) { return result(all_of(experiment)); }
ReportExprPtr valid(const std::string& experiment) { return result(all_of(experiment), "valid.accuracy"); }
ReportExprPtr above(ReportExprPtr lhs, ReportExprPtr rhs) {
  return binary(Op::Greater, std::move(lhs), std::move(rhs));
}

ClaimRecord decide(const RunRecord& record, ReportExprPtr condition, const LoadPredictions& load = {}) {
  ReportPlan plan;
  plan.blocks.push_back(ReportClaim{"a claim", std::move(condition)});
  const std::vector<ClaimRecord> claims = decide_claims({plan}, record, load);
  REQUIRE(claims.size() == 1);
  CHECK_FALSE(claims.front().evidence.empty());
  return claims.front();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Rates 0, 0.1 and 0.2 with five seeds: 0.2 is clearly best, 0 and 0.1 are about the same.
RunRecord make_sweep() {
  RunRecord record;
  add_seeds(record, "dropout", rate(0), {0.880, 0.883, 0.878, 0.884, 0.881});
  add_seeds(record, "dropout", rate(0.1), {0.882, 0.881, 0.880, 0.882, 0.882});
  add_seeds(record, "dropout", rate(0.2), {0.890, 0.892, 0.889, 0.895, 0.890});
  return record;
}

// What two models said about the same samples: `right[i]` of them were right.
Predictions judged(const std::vector<bool>& right) {
  Predictions predictions;
  predictions.columns = 2;
  for (std::size_t i = 0; i < right.size(); ++i) {
    predictions.samples.push_back(static_cast<std::uint32_t>(i));
    predictions.labels.push_back(0);
    predictions.scores.push_back(right[i] ? 0.9F : 0.1F);
    predictions.scores.push_back(right[i] ? 0.1F : 0.9F);
  }
  return predictions;
}

double share(const std::vector<bool>& right) {
  return static_cast<double>(std::ranges::count(right, true)) / static_cast<double>(right.size());
}

// One run of each experiment, with its predictions on the test part.
struct SingleRuns {
  RunRecord record;
  std::map<std::string, Predictions> predictions;

  void add(const std::string& experiment, const std::vector<bool>& right) {
    TrialRecord added = trial(experiment, {}, 0, share(right));
    added.samples["test"] = static_cast<std::int64_t>(right.size());
    record.trials.push_back(added);
    predictions[added.id] = judged(right);
  }
  [[nodiscard]] LoadPredictions load() const {
    return [this](const TrialRecord& which, std::string_view) -> Result<Predictions> {
      const auto found = predictions.find(which.id);
      if (found == predictions.end()) return Failure{"no such file", ""};
      return found->second;
    };
  }
};

// The first `count` of `size` samples.
std::vector<bool> first_right(std::size_t size, std::size_t count) {
  std::vector<bool> right(size);
  std::fill(right.begin(), right.begin() + static_cast<std::ptrdiff_t>(count), true);
  return right;
}

}  // namespace

TEST_CASE("a difference beyond chance over seeds is supported, and its contrary refuted", "[claims]") {
  const RunRecord record = make_sweep();
  const ClaimRecord claim = decide(record, above(at(0.2), at(0)));
  CHECK(claim.verdict == Verdict::Supported);
  CHECK(claim.text == "a claim");
  CHECK(claim.condition == "as written");
  CHECK(claim.evidence ==
        "89.12 % against 88.12 %: 1.00 points, 95 % interval 0.88 to 1.12 over 5 seeds (paired t-test, p < "
        "0.001)");
  CHECK(decide(record, binary(Op::Less, at(0.2), at(0))).verdict == Verdict::Refuted);
  CHECK(decide(record, binary(Op::GreaterEqual, at(0.2), at(0))).verdict == Verdict::Supported);
  CHECK(decide(record, above(at(0.1), at(0))).verdict == Verdict::Inconclusive);
  CHECK(decide(record, above(at(0.2), constant(0.88))).verdict == Verdict::Supported);
  CHECK(has(decide(record, above(at(0.2), constant(0.88))).evidence,
            "89.12 % against 88.00 %: 1.12 points, 95 % interval 0.82 to 1.42 over 5 seeds (t-test"));
}

TEST_CASE("equal is never proved, only refuted", "[claims]") {
  const RunRecord record = make_sweep();
  CHECK(decide(record, binary(Op::Equal, at(0.2), at(0))).verdict == Verdict::Refuted);
  CHECK(decide(record, binary(Op::NotEqual, at(0.2), at(0))).verdict == Verdict::Supported);
  CHECK(decide(record, binary(Op::Equal, at(0.1), at(0))).verdict == Verdict::Inconclusive);
  CHECK(decide(record, binary(Op::NotEqual, at(0.1), at(0))).verdict == Verdict::Inconclusive);
}

TEST_CASE("nearly the same is a claim that can be supported", "[claims]") {
  const RunRecord record = make_sweep();
  const auto size = [](ReportExprPtr lhs, ReportExprPtr rhs) {
    return unary(UnaryOp::Abs, binary(Op::Subtract, std::move(lhs), std::move(rhs)));
  };
  CHECK(decide(record, binary(Op::Less, size(at(0.1), at(0)), constant(0.01))).verdict == Verdict::Supported);
  CHECK(decide(record, binary(Op::Greater, constant(0.01), size(at(0.1), at(0)))).verdict ==
        Verdict::Supported);
  CHECK(decide(record, binary(Op::Less, size(at(0.2), at(0)), constant(0.005))).verdict == Verdict::Refuted);
  CHECK(decide(record, binary(Op::Less, size(at(0.1), at(0)), constant(0.001))).verdict ==
        Verdict::Inconclusive);
  CHECK(decide(record, above(size(at(0.2), at(0)), constant(0.005))).verdict == Verdict::Supported);
}

TEST_CASE("differences and ratios are tested as they are written", "[claims]") {
  const RunRecord record = make_sweep();
  const auto gain = binary(Op::Subtract, at(0.2), at(0));
  CHECK(decide(record, above(gain, constant(0.005))).verdict == Verdict::Supported);
  CHECK(has(decide(record, above(gain, constant(0.005))).evidence,
            "1.00 points against 0.50 points: 0.50 points"));
  CHECK(decide(record, above(gain, constant(0.01))).verdict == Verdict::Inconclusive);
  CHECK(decide(record, above(binary(Op::Divide, at(0.2), at(0)), constant(1.0))).verdict ==
        Verdict::Supported);
}

TEST_CASE("folds need a greater difference than as many seeds would", "[claims]") {
  const std::vector<double> low = {0.80, 0.82, 0.84, 0.86, 0.83};
  const std::vector<double> high = {0.802, 0.827, 0.842, 0.867, 0.834};
  RunRecord seeds;
  add_seeds(seeds, "a", {}, high);
  add_seeds(seeds, "b", {}, low);
  CHECK(decide(seeds, above(accuracy("a"), accuracy("b"))).verdict == Verdict::Supported);
  RunRecord folds;
  add_folds(folds, "a", {}, 0, high);
  add_folds(folds, "b", {}, 0, low);
  const auto condition = above(result(all_of("a"), "valid.accuracy"), result(all_of("b"), "valid.accuracy"));
  const ClaimRecord claim = decide(folds, condition);
  CHECK(claim.verdict == Verdict::Inconclusive);
  CHECK(has(claim.evidence, "over 5 folds (paired t-test corrected for the overlap of the folds"));
}

TEST_CASE("every fold of every seed counts, corrected for their overlap", "[claims]") {
  RunRecord record;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    // The same five differences with every seed: over the seeds' means there would be no doubt.
    const double more = 0.0001 * static_cast<double>(seed);
    add_folds(record, "a", {}, seed, {0.86 + more, 0.80, 0.87, 0.82, 0.85});
    add_folds(record, "b", {}, seed, {0.83, 0.82, 0.83, 0.81, 0.83});
  }
  const ClaimRecord claim = decide(record, above(valid("a"), valid("b")));
  CHECK(claim.verdict == Verdict::Inconclusive);
  CHECK(has(claim.evidence,
            "over 15 folds of 3 seeds (paired t-test corrected for the overlap of the folds, p = "));
}

TEST_CASE("folds are paired only with the same folds of the same data", "[claims]") {
  // Paired, the differences are beyond doubt; apart, they drown in what the folds differ by.
  const std::vector<double> low = {0.80, 0.85, 0.75, 0.90, 0.82};
  const std::vector<double> high = {0.810, 0.861, 0.760, 0.911, 0.830};
  std::vector<double> twice = low;
  twice.insert(twice.end(), low.begin(), low.end());
  const auto condition = above(valid("a"), valid("b"));
  RunRecord record;
  add_folds(record, "a", {}, 0, high);
  add_folds(record, "b", {}, 0, low);
  CHECK(decide(record, condition).verdict == Verdict::Supported);

  RunRecord other_count;
  add_folds(other_count, "a", {}, 0, high);
  add_folds(other_count, "b", {}, 0, twice);
  const ClaimRecord claim = decide(other_count, condition);
  CHECK(claim.verdict == Verdict::Inconclusive);
  CHECK(has(claim.evidence,
            "over 5 and 10 folds (unpaired t-test corrected for the overlap of the folds, p = "));
  const auto gap = binary(Op::Subtract, valid("a"), valid("b"));
  CHECK(has(decide(other_count, above(gap, constant(0.001))).evidence,
            "their folds are different, so nothing can be paired"));

  RunRecord other_data = record;
  for (TrialRecord& each : other_data.trials) each.data = each.experiment;
  CHECK(has(decide(other_data, condition).evidence, "unpaired"));
  RunRecord other_size = record;
  for (TrialRecord& each : other_size.trials) each.samples["train"] += each.experiment == "a" ? 400 : 0;
  CHECK(has(decide(other_size, condition).evidence, "unpaired"));
}

TEST_CASE("a clear difference shows over different folds, too", "[claims]") {
  RunRecord record;
  add_folds(record, "a", {}, 0, {0.90, 0.91, 0.902, 0.92, 0.91});
  add_folds(record, "b", {}, 0, {0.80, 0.81, 0.80, 0.82, 0.81, 0.80, 0.81, 0.79, 0.80, 0.82});
  CHECK(decide(record, above(valid("a"), valid("b"))).verdict == Verdict::Supported);
  CHECK(decide(record, above(valid("b"), valid("a"))).verdict == Verdict::Refuted);
}

TEST_CASE("folds are compared with whole runs by the means of their seeds", "[claims]") {
  RunRecord record;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const double more = 0.001 * static_cast<double>(seed * seed);
    add_folds(record, "a", {}, seed, {0.90 + more, 0.92 + more});
  }
  add_seeds(record, "b", {}, {0.80, 0.81, 0.805});
  const ClaimRecord claim = decide(record, above(valid("a"), accuracy("b")));
  CHECK(claim.verdict == Verdict::Supported);
  CHECK(has(claim.evidence, "over 3 seeds (paired t-test of the means over the folds, p"));
}

TEST_CASE("differences that are equal on paper are no spread to judge by", "[claims]") {
  RunRecord record;
  add_seeds(record, "a", {}, {0.8915, 0.8935, 0.89});
  add_seeds(record, "b", {}, {0.887, 0.889, 0.8855});
  const auto gap = binary(Op::Subtract, accuracy("a"), accuracy("b"));
  const auto same =
      binary(Op::Subtract, binary(Op::Subtract, accuracy("a"), constant(0.0045)), accuracy("b"));
  const auto ratio = binary(Op::Divide, binary(Op::Multiply, accuracy("a"), constant(3.0)), accuracy("a"));
  for (const auto& condition :
       {above(accuracy("a"), accuracy("b")), above(gap, constant(0.001)), above(same, constant(0.0)),
        binary(Op::NotEqual, same, constant(0.0)), above(ratio, constant(2.9))}) {
    const ClaimRecord claim = decide(record, condition);
    CHECK(claim.verdict == Verdict::Inconclusive);
    CHECK_FALSE(has(claim.evidence, "paired t-test"));
    CHECK_FALSE(has(claim.evidence, "(t-test"));
  }
  // A small spread is one.
  record.trials[0].metrics["test.accuracy"] += 1e-7;
  CHECK(decide(record, above(accuracy("a"), accuracy("b"))).verdict == Verdict::Supported);
}

TEST_CASE("sides are compared on the seeds that both have", "[claims]") {
  RunRecord record;
  add_seeds(record, "a", {}, {0.90, 0.91, 0.905, 0.20});
  add_seeds(record, "b", {}, {0.88, 0.889, 0.886});
  const ClaimRecord claim = decide(record, above(accuracy("a"), accuracy("b")));
  CHECK(claim.verdict == Verdict::Supported);
  CHECK(has(claim.evidence, "90.50 % against 88.50 %"));
  CHECK(has(claim.evidence, "over 3 seeds"));
  for (TrialRecord& each : record.trials) each.seed += each.experiment == "b" ? 10 : 0;
  CHECK(has(decide(record, above(accuracy("a"), accuracy("b"))).evidence,
            "fewer than two seeds or folds in common"));
}

TEST_CASE("facts are decided outright", "[claims]") {
  RunRecord record = make_sweep();
  record.trials.push_back(trial("small", {}, 0, 0.8));
  record.trials.back().parameters = 1000;
  const auto size = [](const std::string& name, Point point = {}) {
    return result(all_of(name, std::move(point)), "parameters");
  };
  const ClaimRecord smaller = decide(record, binary(Op::Less, size("small"), size("dropout", rate(0))));
  CHECK(smaller.verdict == Verdict::Supported);
  CHECK(smaller.evidence == "1,000 against 203,530");
  CHECK(decide(record, above(size("small"), constant(std::int64_t{2000}))).verdict == Verdict::Refuted);
  const auto word = result(all_of("small"), "optimizer");
  CHECK(decide(record, binary(Op::Equal, word, constant(std::string("adam")))).verdict == Verdict::Supported);
  CHECK(decide(record, binary(Op::NotEqual, word, constant(std::string("adam")))).verdict ==
        Verdict::Refuted);
  CHECK(decide(record, constant(true)).verdict == Verdict::Supported);
  CHECK(
      decide(record, binary(Op::Equal, over(Aggregate::Count, all_of("dropout")), constant(std::int64_t{15})))
          .verdict == Verdict::Supported);
}

// ---------------------------------------------------------------- one run each

TEST_CASE("one run each is judged over the samples, pair by pair, and says so", "[claims]") {
  SingleRuns runs;
  runs.add("a", first_right(1000, 900));
  runs.add("b", first_right(1000, 880));  // wrong wherever `a` is, and 20 times more
  const ClaimRecord paired = decide(runs.record, above(accuracy("a"), accuracy("b")), runs.load());
  CHECK(paired.verdict == Verdict::Supported);
  CHECK(has(paired.evidence, "90.00 % against 88.00 %: 2.00 points, 95 % interval "));
  CHECK(has(paired.evidence,
            "over 1,000 test samples (one run each, so this speaks of the samples and not of other seeds"));
  // The same accuracies without knowing which samples were right.
  const ClaimRecord apart = decide(runs.record, above(accuracy("a"), accuracy("b")));
  CHECK(apart.verdict == Verdict::Inconclusive);
  CHECK(has(apart.evidence, "over 1,000 test samples"));
}

TEST_CASE("predictions of another run are not believed", "[claims]") {
  SingleRuns runs;
  runs.add("a", first_right(1000, 900));
  runs.add("b", first_right(1000, 880));
  runs.record.trials[0].metrics["test.accuracy"] = 0.89;
  CHECK(decide(runs.record, above(accuracy("a"), accuracy("b")), runs.load()).verdict ==
        Verdict::Inconclusive);
}

TEST_CASE("all of four samples right is no proof of more than 90 %", "[claims]") {
  SingleRuns runs;
  runs.add("xor", first_right(4, 4));
  CHECK(decide(runs.record, above(accuracy("xor"), constant(0.9)), runs.load()).verdict ==
        Verdict::Inconclusive);
  SingleRuns many;
  many.add("xor", first_right(1000, 1000));
  CHECK(decide(many.record, above(accuracy("xor"), constant(0.9)), many.load()).verdict ==
        Verdict::Supported);
}

TEST_CASE("the gap between training and test part is judged over both", "[claims]") {
  SingleRuns runs;
  runs.add("a", first_right(1000, 880));
  runs.record.trials[0].metrics["fitted.accuracy"] = 0.99;
  const auto gap = binary(Op::Subtract, result(all_of("a"), "fitted.accuracy"), accuracy("a"));
  const ClaimRecord claim = decide(runs.record, above(gap, constant(0.05)), runs.load());
  CHECK(claim.verdict == Verdict::Supported);
  CHECK(has(claim.evidence, "11.00 points against 5.00 points: 6.00 points"));
  CHECK(has(claim.evidence, "over 800 samples"));
}

TEST_CASE("one run of what is not counted over samples decides nothing", "[claims]") {
  SingleRuns runs;
  runs.add("a", first_right(1000, 880));
  runs.add("b", first_right(1000, 500));
  const ClaimRecord claim =
      decide(runs.record, above(result(all_of("a"), "seconds"), constant(0.001)), runs.load());
  CHECK(claim.verdict == Verdict::Inconclusive);
  CHECK(claim.evidence == "10.0 s against 1.0 ms: one run; repeat over seeds to decide");
  const auto ratio = binary(Op::Divide, accuracy("a"), accuracy("b"));
  CHECK(decide(runs.record, above(ratio, constant(1.0)), runs.load()).verdict == Verdict::Inconclusive);
}

TEST_CASE("seeds that change nothing leave no spread to judge by", "[claims]") {
  RunRecord record;
  add_seeds(record, "a", {}, {0.9, 0.9, 0.9});
  add_seeds(record, "b", {}, {0.88, 0.88, 0.88});
  const ClaimRecord claim = decide(record, above(accuracy("a"), accuracy("b")));
  CHECK(claim.verdict == Verdict::Inconclusive);
  CHECK(has(claim.evidence, "no spread"));
}

TEST_CASE("the one seed that two sides have in common does not speak for their others", "[claims]") {
  RunRecord record;
  add_seeds(record, "a", {}, {0.54, 0.77});
  add_seeds(record, "b", {}, {0.64, 0.71});
  for (TrialRecord& trial : record.trials) trial.seed += trial.experiment == "b" ? 1 : 0;
  const ClaimRecord claim = decide(record, above(accuracy("a"), accuracy("b")));
  CHECK(claim.verdict == Verdict::Inconclusive);
  CHECK(has(claim.evidence, "65.50"));
  CHECK(has(claim.evidence, "67.50"));
  CHECK(has(claim.evidence, "fewer than two seeds or folds in common"));
}

TEST_CASE("a point is not better than itself", "[claims]") {
  const RunRecord record = make_sweep();
  CHECK(decide(record, above(result(best_of("dropout")), at(0.2))).verdict == Verdict::Inconclusive);
}

// ---------------------------------------------------------------- best points

TEST_CASE("which point is best is decided between the two sides of the condition", "[claims]") {
  const RunRecord record = make_sweep();
  const auto best_rate = result(best_of("dropout"), "rate");
  const ClaimRecord helps = decide(record, above(best_rate, constant(0.0)));
  CHECK(helps.verdict == Verdict::Supported);
  CHECK(has(helps.evidence, "best of test accuracy, rate = 0.2 against rate = 0: 89.12 % against 88.12 %"));
  CHECK(has(helps.evidence, "corrected for a choice among 2 points"));
  CHECK(decide(record, binary(Op::Equal, best_rate, constant(0.1))).verdict == Verdict::Refuted);
  const auto between =
      binary(Op::And, above(best_rate, constant(0.05)), binary(Op::Less, best_rate, constant(0.5)));
  CHECK(decide(record, between).verdict == Verdict::Supported);
  const auto worst_rate = result(worst_of("dropout"), "rate");
  CHECK(decide(record, binary(Op::Less, worst_rate, constant(0.15))).verdict == Verdict::Supported);
  CHECK(decide(record, binary(Op::Equal, worst_rate, constant(0.0))).verdict == Verdict::Inconclusive);
}

TEST_CASE("a condition that holds for every point or for none needs no test", "[claims]") {
  const RunRecord record = make_sweep();
  const auto best_rate = result(best_of("dropout"), "rate");
  const ClaimRecord always = decide(record, binary(Op::Less, best_rate, constant(0.5)));
  CHECK(always.verdict == Verdict::Supported);
  CHECK(always.evidence == "it holds whichever point is best");
  CHECK(decide(record, above(best_rate, constant(0.5))).verdict == Verdict::Refuted);
}

TEST_CASE("in an experiment that selects, the folds decide which point is best", "[claims]") {
  RunRecord record;
  add_folds(record, "grid", {{"opt", std::string("adam")}}, 0, {0.90, 0.92, 0.91, 0.93, 0.92});
  add_folds(record, "grid", {{"opt", std::string("sgd")}}, 0, {0.80, 0.82, 0.81, 0.83, 0.81});
  record.selections.push_back({"grid", "valid.accuracy", {{"opt", std::string("adam")}}, 0.916, 0.011});
  const auto chosen = result(best_of("grid", ""), "opt");
  const ClaimRecord claim = decide(record, binary(Op::Equal, chosen, constant(std::string("adam"))));
  CHECK(claim.verdict == Verdict::Supported);
  CHECK(has(claim.evidence, "best of valid accuracy, opt = adam against opt = sgd"));
  CHECK(has(claim.evidence, "over 5 folds"));
}

TEST_CASE("the best of many is tested more strictly than a point named before", "[claims]") {
  RunRecord record;
  add_seeds(record, "dropout", rate(0), {0.881, 0.880, 0.879});
  add_seeds(record, "dropout", rate(0.1), {0.8905, 0.8875, 0.887});
  for (int i = 2; i < 10; ++i) add_seeds(record, "dropout", rate(0.1 * i), {0.871, 0.872, 0.873});
  CHECK(decide(record, above(at(0.1), at(0))).verdict == Verdict::Supported);
  const ClaimRecord best = decide(record, above(result(best_of("dropout")), at(0)));
  CHECK(best.verdict == Verdict::Inconclusive);
  CHECK(has(best.evidence, "corrected for a choice among 10 points"));
}

TEST_CASE("two choices at once cannot be told apart", "[claims]") {
  RunRecord record = make_sweep();
  add_seeds(record, "other", rate(0.1), {0.8, 0.81});
  const auto both = binary(Op::Equal, result(best_of("dropout"), "rate"), result(best_of("other"), "rate"));
  CHECK(decide(record, both).verdict == Verdict::Inconclusive);
}

TEST_CASE("a property of the best point is not compared with what is measured", "[claims]") {
  RunRecord record = make_sweep();
  add_seeds(record, "b", {}, {0.1, 0.11, 0.09});
  const auto scaled = binary(Op::Multiply, result(best_of("dropout"), "rate"), constant(10.0));
  const ClaimRecord claim = decide(record, above(scaled, accuracy("b")));
  CHECK(claim.verdict == Verdict::Inconclusive);
  CHECK(has(claim.evidence, "which point is best is as uncertain as the result"));
  // What all points have in common is known, whichever is best.
  const auto size = result(best_of("dropout"), "parameters");
  CHECK(decide(record, above(size, accuracy("b"))).verdict == Verdict::Supported);
  CHECK(decide(record, above(result(best_of("dropout")), accuracy("b"))).verdict == Verdict::Supported);
}

// ---------------------------------------------------------------- logic, gaps

TEST_CASE("what is not known stays so unless the other side decides", "[claims]") {
  const RunRecord record = make_sweep();
  const auto yes = above(at(0.2), at(0));
  const auto no = above(at(0), at(0.2));
  const auto unknown = above(at(0.1), at(0));
  const auto verdict = [&](ReportExprPtr condition) { return decide(record, std::move(condition)).verdict; };
  CHECK(verdict(binary(Op::And, yes, yes)) == Verdict::Supported);
  CHECK(verdict(binary(Op::And, yes, unknown)) == Verdict::Inconclusive);
  CHECK(verdict(binary(Op::And, no, unknown)) == Verdict::Refuted);
  CHECK(verdict(binary(Op::Or, yes, unknown)) == Verdict::Supported);
  CHECK(verdict(binary(Op::Or, no, unknown)) == Verdict::Inconclusive);
  CHECK(verdict(binary(Op::Or, no, no)) == Verdict::Refuted);
  CHECK(verdict(unary(UnaryOp::Not, yes)) == Verdict::Refuted);
  CHECK(verdict(unary(UnaryOp::Not, unknown)) == Verdict::Inconclusive);
  CHECK(has(decide(record, binary(Op::And, yes, above(at(0.2), at(0.1)))).evidence, "; "));
}

TEST_CASE("missing and failed trials leave a claim open and say why", "[claims]") {
  RunRecord record = make_sweep();
  CHECK(decide(record, above(accuracy("nothing"), constant(0.1))).evidence == "no result: no such trial");
  CHECK(decide(record, above(accuracy("dropout"), constant(0.1))).evidence ==
        "no single value: several trials match");
  record.trials[12].status = TrialStatus::Diverged;
  const ClaimRecord claim = decide(record, above(at(0.2), at(0)));
  CHECK(claim.verdict == Verdict::Inconclusive);
  CHECK(claim.evidence == "1 of 5 runs of dropout with rate = 0.2 diverged");
  CHECK(decide(record, above(result(best_of("dropout"), "rate"), constant(0.0))).verdict ==
        Verdict::Inconclusive);
  for (std::size_t i = 5; i < 15; ++i) record.trials[i].status = TrialStatus::Done;
  // A point that diverged altogether is not the best one.
  for (std::size_t i = 5; i < 10; ++i) record.trials[i].status = TrialStatus::Diverged;
  CHECK(decide(record, above(result(best_of("dropout"), "rate"), constant(0.15))).verdict ==
        Verdict::Supported);
}

TEST_CASE("an interrupted run decides nothing and says how far it came", "[claims]") {
  RunRecord record = make_sweep();
  record.expected_trials = 20;
  const ClaimRecord claim = decide(record, above(at(0.2), at(0)));
  CHECK(claim.verdict == Verdict::Inconclusive);
  CHECK(claim.evidence == "the run was interrupted: 15 of 20 trials");
  record.expected_trials = 15;
  CHECK(decide(record, above(at(0.2), at(0))).verdict == Verdict::Supported);
}

TEST_CASE("a smoke run decides nothing", "[claims]") {
  RunRecord record = make_sweep();
  record.smoke = true;
  CHECK(decide(record, above(at(0.2), at(0))).verdict == Verdict::Inconclusive);
}

TEST_CASE("extremes and deviations have no test", "[claims]") {
  const RunRecord record = make_sweep();
  const ClaimRecord claim = decide(record, above(over(Aggregate::Max, all_of("dropout")), constant(0.1)));
  CHECK(claim.verdict == Verdict::Inconclusive);
  CHECK(has(claim.evidence, "no test speaks of extremes"));
  CHECK(decide(record, above(over(Aggregate::Mean, all_of("dropout")), constant(0.87))).verdict ==
        Verdict::Supported);
}

TEST_CASE("broken conditions and records do no harm", "[claims]") {
  RunRecord record = make_sweep();
  CHECK(decide(record, nullptr).verdict == Verdict::Inconclusive);
  CHECK(decide(record, expression(ReportExpr::Binary{})).verdict == Verdict::Inconclusive);
  CHECK(decide(record, expression(ReportExpr::Binary{Op::Greater, nullptr, at(0)})).verdict ==
        Verdict::Inconclusive);
  CHECK(decide(record, constant(0.5)).verdict == Verdict::Inconclusive);
  record.trials[3].metrics["test.accuracy"] = kNan;
  CHECK(decide(record, above(at(0), constant(0.5))).evidence == "a value is not a number");
  CHECK(decide_claims({}, record, {}).empty());
}

// ---------------------------------------------------------------- chance

namespace {

// How many of `times` records of pure chance support the condition.
int supported_by_chance(int times, const auto& make_record, const ReportExprPtr& condition) {
  ReportPlan plan;
  plan.blocks.push_back(ReportClaim{"chance", condition});
  int supported = 0;
  for (int i = 0; i < times; ++i) {
    const auto runs = make_record(static_cast<std::uint64_t>(i));
    const auto claims = decide_claims({plan}, runs.record, runs.load());
    supported += claims.front().verdict == Verdict::Supported ? 1 : 0;
  }
  return supported;
}

std::vector<double> noise(std::uint64_t seed, std::size_t count) {
  std::vector<double> values(count);
  fill_normal({.seed = seed, .purpose = Purpose::Split, .place = 99}, values);
  return values;
}

// Points of equal accuracy with five seeds each.
SingleRuns equal_points(std::uint64_t seed, std::size_t points) {
  SingleRuns runs;
  const std::vector<double> values = noise(seed, points * 5);
  for (std::size_t point = 0; point < points; ++point) {
    std::vector<double> accuracies;
    for (std::size_t i = 0; i < 5; ++i) accuracies.push_back(0.88 + 0.003 * values[point * 5 + i]);
    add_seeds(runs.record, "dropout", rate(0.1 * static_cast<double>(point)), accuracies);
  }
  return runs;
}

}  // namespace

TEST_CASE("equal points are told apart over seeds by chance in 2.5 % of all cases", "[claims]") {
  const int supported = supported_by_chance(
      2000, [](std::uint64_t seed) { return equal_points(seed, 2); }, above(at(0.1), at(0)));
  // 50 are expected, with a deviation of 7.
  CHECK(supported > 25);
  CHECK(supported < 75);
}

TEST_CASE("equal models are told apart over samples by chance in 2.5 % of all cases", "[claims]") {
  const auto make = [](std::uint64_t seed) {
    constexpr std::size_t kSamples = 300;
    const std::vector<double> values = noise(seed, 3 * kSamples);
    SingleRuns runs;
    for (const std::size_t model : {0U, 1U}) {
      std::vector<bool> right;
      // Samples that are hard for one model are hard for the other.
      for (std::size_t i = 0; i < kSamples; ++i)
        right.push_back(values[i] + values[(model + 1) * kSamples + i] > -1.5);
      runs.add(model == 0 ? "a" : "b", right);
    }
    return runs;
  };
  const int supported = supported_by_chance(1000, make, above(accuracy("a"), accuracy("b")));
  // 25 are expected, with a deviation of 5.
  CHECK(supported > 8);
  CHECK(supported < 42);
}

TEST_CASE("the best of equal points is found by chance in no more than 2.5 % of all cases", "[claims]") {
  const auto make = [](std::uint64_t seed) { return equal_points(seed, 6); };
  const auto best_rate = result(best_of("dropout"), "rate");
  // One point against five, and five against one.
  CHECK(supported_by_chance(500, make, above(best_rate, constant(0.05))) < 24);
  CHECK(supported_by_chance(500, make, binary(Op::Less, best_rate, constant(0.05))) < 24);
  CHECK(supported_by_chance(500, make, above(result(best_of("dropout")), constant(0.88))) < 24);
}
