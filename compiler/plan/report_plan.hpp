// What a report says, as data: its blocks, and expressions over results that are computed from the records.
// Made by lower/ from checked report declarations; evaluated by runtime/results and shown by runtime/report.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace nnc {

// ---------------------------------------------------------------- values

using ParameterValue =
    std::variant<std::int64_t, double, bool, std::string>;  // string: lists and names as written

// As the program would write it, a string without its quotes.
std::string parameter_text(const ParameterValue& value);
// 50 and 50.0 are the same.
bool same_parameter(const ParameterValue& lhs, const ParameterValue& rhs);

enum class Direction : std::uint8_t { Higher, Lower };

// ---------------------------------------------------------------- references to results

// Trials of one experiment.
struct TrialsRef {
  enum class Pick : std::uint8_t {
    All,    // every point that matches
    Best,   // of these the point with the best mean of `by`
    Worst,  // the point with the worst
  };
  std::string experiment;
  std::vector<std::pair<std::string, ParameterValue>> point;  // the axes that are given; empty: all points
  Pick pick = Pick::All;
  // "test.accuracy". For Best and Worst only. Empty in an experiment with a selection: the selected point.
  std::string by;
};

// A number (or word) of these trials: a metric ("test.accuracy"), one of result_fields.hpp, or the name of a
// sweep axis.
struct ResultRef {
  TrialsRef trials;
  std::string field;
};

// ---------------------------------------------------------------- expressions

struct ReportExpr;
using ReportExprPtr = std::shared_ptr<const ReportExpr>;

// Checked: operands have the types their operators need.
struct ReportExpr {
  struct Constant {
    ParameterValue value;
  };
  // The value at one point; over seeds or folds it has as many values as there are.
  struct Result {
    ResultRef ref;
  };
  // Over all trials that match: every point, seed and fold.
  struct Aggregate {
    enum class Kind : std::uint8_t { Mean, Deviation, Min, Max, Count } kind = Kind::Mean;
    ResultRef over;
  };
  struct Unary {
    enum class Op : std::uint8_t { Negate, Not, Abs } op = Op::Negate;
    ReportExprPtr operand;
  };
  struct Binary {
    enum class Op : std::uint8_t {
      Or,
      And,
      Equal,
      NotEqual,
      Less,
      LessEqual,
      Greater,
      GreaterEqual,
      Add,
      Subtract,
      Multiply,
      Divide
    } op = Op::Add;
    ReportExprPtr lhs;
    ReportExprPtr rhs;
  };
  std::variant<Constant, Result, Aggregate, Unary, Binary> node;
  std::string text = {};  // as written
};

// ---------------------------------------------------------------- blocks

struct ReportText {
  struct Part {
    std::string text;     // Markdown, used if there is no value
    ReportExprPtr value;  // may be null
  };
  std::vector<Part> parts;
};
struct ReportImages {
  std::size_t data = 0;
  bool train = true;
  std::int64_t count = 10;
};
// The layers of each different model.
struct ReportSummary {
  TrialsRef trials;
};
struct ReportCurves {
  std::vector<TrialsRef> trials;
};
// For the next three: no trials means those of all experiments.
struct ReportTable {
  std::vector<TrialsRef> trials;
  std::vector<std::string> fields;
};
struct ReportBars {
  std::vector<TrialsRef> trials;
  std::vector<std::string> fields;
};
// Every point of several experiments in one picture.
struct ReportCompare {
  std::vector<TrialsRef> trials;
  std::vector<std::string> fields;
};
// The following judge one point by its predictions on the test part, or on the validation part where the test
// part is not looked at. Over seeds and folds they are summed up or averaged.
struct ReportConfusion {
  TrialsRef trials;
};
struct ReportRoc {
  TrialsRef trials;
};
// The samples that were wrong with the greatest confidence.
struct ReportMistakes {
  TrialsRef trials;
  std::int64_t count = 10;
};
// A field over two sweep axes (or one).
struct ReportHeatmap {
  TrialsRef trials;
  std::vector<std::string> fields;
};
// What `select best` chose, and its score.
struct ReportSelection {
  std::string experiment;
};
struct ReportClaim {
  std::string text;
  ReportExprPtr condition;  // a bool
};
using ReportBlock = std::variant<ReportText, ReportImages, ReportSummary, ReportCurves, ReportTable,
                                 ReportBars, ReportCompare, ReportConfusion, ReportRoc, ReportMistakes,
                                 ReportHeatmap, ReportSelection, ReportClaim>;

struct ReportPlan {
  std::string title;
  std::vector<ReportBlock> blocks;  // none: the report chooses them itself
};

}  // namespace nnc
