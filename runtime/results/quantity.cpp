// See quantity.hpp.
#include "runtime/results/quantity.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

using Op = ReportExpr::Binary::Op;

double apply(Op op, double lhs, double rhs) {
  switch (op) {
    case Op::Add:
      return lhs + rhs;
    case Op::Subtract:
      return lhs - rhs;
    case Op::Multiply:
      return lhs * rhs;
    case Op::Divide:
      return rhs == 0 ? std::nan("") : lhs / rhs;
    default:
      return std::nan("");
  }
}

constexpr Unit kComputed{.form = NumberForm::Plain, .difference = false, .computed = true};

// A plain number takes the unit of the other side: 0.9 beside an accuracy is 90 %.
Unit sum_unit(Op op, const Unit& lhs, const Unit& rhs) {
  if (lhs.plain() && rhs.plain()) return kComputed;
  if (!lhs.plain() && !rhs.plain() && lhs.form != rhs.form) return kComputed;
  Unit unit{.form = lhs.plain() ? rhs.form : lhs.form, .computed = true};
  if (op == Op::Add) {
    unit.difference = (lhs.difference || lhs.plain()) && (rhs.difference || rhs.plain());
    // A constant added to an accuracy may be meant either way; the sum is an accuracy.
    if (lhs.plain()) unit.difference = rhs.difference;
    if (rhs.plain()) unit.difference = lhs.difference;
  } else {
    unit.difference = lhs.difference || !rhs.difference;
  }
  return unit;
}

Unit product_unit(Op op, const Unit& lhs, const Unit& rhs) {
  const bool scaled = rhs.plain() ? !lhs.plain() : lhs.plain() && op == Op::Multiply;
  if (!scaled) return kComputed;
  Unit unit = rhs.plain() ? lhs : rhs;
  if (unit.form == NumberForm::Count) return kComputed;  // half of a count need not be one
  unit.computed = true;
  return unit;
}

double mean_of(const Replicates& replicates) {
  std::vector<double> values;
  for (const Replicate& replicate : replicates.values) values.push_back(replicate.value);
  return summarize(values).mean;
}

double rounding_of(const Quantity& quantity) {
  return quantity.measured ? quantity.replicates.rounding : rounding_at(quantity.value);
}

struct Sizes {
  double smallest;
  double largest;
};

Sizes sizes_of(const Quantity& quantity) {
  Sizes sizes{std::abs(quantity.value), std::abs(quantity.value)};
  for (const Replicate& replicate : quantity.replicates.values) {
    sizes.smallest = std::min(sizes.smallest, std::abs(replicate.value));
    sizes.largest = std::max(sizes.largest, std::abs(replicate.value));
  }
  return sizes;
}

// That of the operands as it arrives in the result.
double combined_rounding(Op op, const Quantity& lhs, const Quantity& rhs) {
  const Sizes left = sizes_of(lhs);
  const Sizes right = sizes_of(rhs);
  if (op == Op::Multiply) return left.largest * rounding_of(rhs) + right.largest * rounding_of(lhs);
  if (op != Op::Divide) return rounding_of(lhs) + rounding_of(rhs);
  if (right.smallest == 0) return 0;
  return (rounding_of(lhs) + left.largest / right.smallest * rounding_of(rhs)) / right.smallest;
}

}  // namespace

Quantity paired_with(const Quantity& quantity, const Quantity& other) {
  if (!quantity.measured || !other.measured) return quantity;
  Quantity result = quantity;
  result.replicates = paired_with(quantity.replicates, other.replicates);
  const bool reduced = result.replicates.values.size() < quantity.replicates.values.size();
  if (reduced && !result.replicates.values.empty()) result.value = mean_of(result.replicates);
  return result;
}

Quantity combine(Op op, const Quantity& lhs, const Quantity& rhs) {
  const bool sum = op == Op::Add || op == Op::Subtract;
  const Quantity left = paired_with(lhs, rhs);
  const Quantity right = paired_with(rhs, lhs);
  Quantity result{.unit = sum ? sum_unit(op, lhs.unit, rhs.unit) : product_unit(op, lhs.unit, rhs.unit),
                  .value = apply(op, left.value, right.value),
                  .measured = lhs.measured || rhs.measured};
  if (!result.measured) return result;
  result.replicates = left.measured ? left.replicates : right.replicates;
  result.replicates.judged_per_trained =
      std::max(left.replicates.judged_per_trained, right.replicates.judged_per_trained);
  result.replicates.rounding = combined_rounding(op, left, right);
  result.replicates.unpaired = left.replicates.unpaired || right.replicates.unpaired;
  for (std::size_t i = 0; i < result.replicates.values.size(); ++i) {
    const double on_left = left.measured ? left.replicates.values[i].value : left.value;
    const double on_right = right.measured ? right.replicates.values[i].value : right.value;
    result.replicates.values[i].value = apply(op, on_left, on_right);
  }
  // Sums keep the difference of the means to the last bit; a ratio is the mean of the ratios.
  if (!sum && !result.replicates.values.empty()) result.value = mean_of(result.replicates);
  return result;
}

Quantity negate(Quantity operand) {
  operand.value = -operand.value;
  for (Replicate& replicate : operand.replicates.values) replicate.value = -replicate.value;
  return operand;
}

Quantity absolute(Quantity operand) {
  operand.value = std::abs(operand.value);
  operand.replicates.values.clear();
  return operand;
}

std::string number_text(const Unit& unit, double value) {
  if (unit.plain() && unit.computed) return format_computed(value);
  return unit.difference ? format_difference(unit.form, value) : format_number(unit.form, value);
}

std::string quantity_text(const Quantity& quantity) {
  const Unit& unit = quantity.unit;
  const std::optional<double> margin = margin_of(units_of(quantity.replicates));
  if (!margin || !(*margin > 0)) return number_text(unit, quantity.value);
  if (unit.plain() && unit.computed)
    return format_computed(quantity.value) + " ± " + format_computed(*margin);
  return unit.difference ? format_difference_spread(unit.form, quantity.value, *margin)
                         : format_spread(unit.form, quantity.value, *margin);
}

}  // namespace nnc::rt
