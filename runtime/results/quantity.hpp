// Numbers with what is known about them: their unit, and how they came out with each seed and fold. In:
// numbers of the record and constants. Out: sums, differences, products and ratios of them, and their text.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/plan/report_plan.hpp"
#include "compiler/plan/result_fields.hpp"
#include "runtime/results/replicates.hpp"

namespace nnc::rt {

struct Unit {
  NumberForm form = NumberForm::Plain;
  bool difference = false;  // of two such numbers: percentages become points
  bool computed = false;    // rounded for readers, where the form itself would not

  [[nodiscard]] bool plain() const { return form == NumberForm::Plain && !difference; }
};

struct Quantity {
  Unit unit = {};
  double value = 0;
  // What another run would have measured differently. Otherwise a fact: a constant, a sweep axis, a size.
  bool measured = false;
  Replicates replicates = {};  // of a measured number, where it has them
};

// By pairs (of seeds, or of seeds and folds) where both sides have replicates, and then from those pairs
// only. `op` is one of the four operations.
Quantity combine(ReportExpr::Binary::Op op, const Quantity& lhs, const Quantity& rhs);
Quantity negate(Quantity operand);
// Has no replicates: the mean size of differences says nothing about the size of the mean one.
Quantity absolute(Quantity operand);

// One side of a pair, from the replicates that both sides have.
Quantity paired_with(const Quantity& quantity, const Quantity& other);

// "88.90 %"; with its interval "88.90 ± 0.20 %".
std::string number_text(const Unit& unit, double value);
std::string quantity_text(const Quantity& quantity);

}  // namespace nnc::rt
