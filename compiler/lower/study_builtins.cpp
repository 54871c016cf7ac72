// See study_builtins.hpp.
#include "compiler/lower/study_builtins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace nnc {
namespace {

constexpr std::int64_t kMostValues = 1'000'000;

Value failed(const StudyBuiltin& call) { return Value{ErrorValue{}, call.span}; }

Value out_of_range(const StudyBuiltin& call, std::size_t argument, const std::string& message,
                   std::string hint = {}) {
  const Span& place = call.arguments[argument] ? call.arguments[argument]->origin : call.span;
  call.evaluator.sink()
      .report(diagnostics::OutOfRange, call.evaluator.user_place(place), message)
      .hint(std::move(hint));
  return failed(call);
}

bool given(const StudyBuiltin& call, std::size_t i) {
  return i < call.arguments.size() && call.arguments[i].has_value();
}

// A finite number; reports anything else.
std::optional<double> number(const StudyBuiltin& call, std::size_t i) {
  const Value& value = *call.arguments[i];
  const auto read = value.number();
  if (!read) {
    call.evaluator.wrong_type(value.origin, print_value(value), value, "a number");
    return std::nullopt;
  }
  if (std::isfinite(*read)) return read;
  out_of_range(call, i, fmt::format("`{}` cannot go to {}", call.builtin.name, *read));
  return std::nullopt;
}

std::optional<std::int64_t> integer(const StudyBuiltin& call, std::size_t i) {
  const Value& value = *call.arguments[i];
  if (const auto* read = value.get<std::int64_t>()) return *read;
  call.evaluator.wrong_type(value.origin, print_value(value), value, "an int");
  return std::nullopt;
}

// The flag given as argument i, or its default.
std::optional<bool> flag(const StudyBuiltin& call, std::size_t i, bool otherwise) {
  if (!given(call, i)) return otherwise;
  const Value& value = *call.arguments[i];
  if (const bool* read = value.get<bool>()) return *read;
  call.evaluator.wrong_type(value.origin, print_value(value), value, "a bool");
  return std::nullopt;
}

struct Bounds {
  double low = 0;
  double high = 0;
};

// `logspace(-4, -1, 4)` is meant in powers of ten; "" if it is not.
std::string exponents_hint(const StudyBuiltin& call) {
  if (call.builtin.name != "logspace" || !given(call, 2)) return {};
  const auto* low = call.arguments[0]->get<std::int64_t>();
  const auto* high = call.arguments[1]->get<std::int64_t>();
  if (low == nullptr || high == nullptr || std::min(*low, *high) < -300 || std::max(*low, *high) > 300)
    return {};
  return fmt::format("the ends are values, not exponents: `logspace(1e{}, 1e{}, {})`", *low, *high,
                     print_value(*call.arguments[2]));
}

// The first two arguments; of a logarithmic thing they must be positive.
std::optional<Bounds> bounds(const StudyBuiltin& call, bool logarithmic) {
  const auto low = number(call, 0);
  const auto high = number(call, 1);
  if (!low || !high) return std::nullopt;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    if (!logarithmic || (i == 0 ? *low : *high) > 0) continue;
    out_of_range(call, i,
                 fmt::format("`{}` needs numbers above 0, and {} has no logarithm",
                             logarithmic && call.builtin.name == "between" ? "between(.., log: true)"
                                                                           : std::string(call.builtin.name),
                             print_value(*call.arguments[i])),
                 exponents_hint(call));
    return std::nullopt;
  }
  if (!std::isfinite(*high - *low)) {
    out_of_range(call, 1, fmt::format("{} and {} are too far apart", *low, *high));
    return std::nullopt;
  }
  return Bounds{*low, *high};
}

// Values from low to high, both exactly, with the given way between them.
template <class Between>
Value spaced(const StudyBuiltin& call, const Bounds& ends, Between between) {
  const auto count = integer(call, 2);
  if (!count) return failed(call);
  if (*count < 1 || *count > kMostValues) {
    return out_of_range(
        call, 2, fmt::format("`{}` gives 1 to {} values, not {}", call.builtin.name, kMostValues, *count));
  }
  if (!call.evaluator.spend(call.span, *count)) return failed(call);
  auto items = std::make_shared<std::vector<Value>>();
  for (std::int64_t i = 0; i < *count; ++i) {
    const double share = *count == 1 ? 0 : static_cast<double>(i) / static_cast<double>(*count - 1);
    const double value = i == 0 ? ends.low : (i == *count - 1 ? ends.high : between(share));
    items->push_back(Value{value, call.span});
  }
  return Value{List(std::move(items)), call.span};
}

}  // namespace

Value make_linspace(const StudyBuiltin& call) {
  const auto ends = bounds(call, false);
  if (!ends) return failed(call);
  return spaced(call, *ends, [&](double share) { return ends->low + (ends->high - ends->low) * share; });
}

Value make_logspace(const StudyBuiltin& call) {
  const auto ends = bounds(call, true);
  if (!ends) return failed(call);
  // To base ten, so that powers of ten come out as such.
  const double low = std::log10(ends->low);
  const double high = std::log10(ends->high);
  return spaced(call, *ends, [&](double share) { return std::pow(10.0, low + (high - low) * share); });
}

Value make_space(const StudyBuiltin& call) {
  const auto logarithmic = flag(call, 2, false);
  if (!logarithmic) return failed(call);
  const auto ends = bounds(call, *logarithmic);
  if (!ends) return failed(call);
  if (ends->low >= ends->high) {
    return out_of_range(call, 1,
                        fmt::format("nothing lies between {} and {}", print_value(*call.arguments[0]),
                                    print_value(*call.arguments[1])));
  }
  const auto* first = call.arguments[0]->get<std::int64_t>();
  const auto* last = call.arguments[1]->get<std::int64_t>();
  Space space;
  space.whole = first != nullptr && last != nullptr;
  if (space.whole) {
    space.first = *first;
    space.last = *last;
  }
  space.low = ends->low;
  space.high = ends->high;
  space.logarithmic = *logarithmic;
  return Value{space, call.span};
}

Value make_folds(const StudyBuiltin& call) {
  const auto folds = integer(call, 0);
  const auto stratified = flag(call, 1, true);
  const auto shuffle = flag(call, 2, false);
  if (!folds || !stratified || !shuffle) return failed(call);
  if (*folds < 2) {
    return out_of_range(call, 0, fmt::format("`kfold` needs at least 2 folds, not {}", *folds));
  }
  return Value{ValidationScheme{{ValidationPlan::Kind::KFold, *folds, 0, *stratified, *shuffle}}, call.span};
}

Value make_holdout(const StudyBuiltin& call) {
  const auto fraction = given(call, 0) ? number(call, 0) : std::optional(0.2);
  const auto stratified = flag(call, 1, true);
  const auto shuffle = flag(call, 2, true);
  if (!fraction || !stratified || !shuffle) return failed(call);
  if (*fraction <= 0 || *fraction >= 1) {
    return out_of_range(call, 0,
                        fmt::format("`holdout` needs a fraction between 0 and 1, not {}", *fraction));
  }
  return Value{ValidationScheme{{ValidationPlan::Kind::HoldOut, 0, *fraction, *stratified, *shuffle}},
               call.span};
}

}  // namespace nnc
