// See rate_lists.hpp. A schedule's body runs once for every epoch, before anything is trained.
#include "compiler/lower/rate_lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/base/number_text.hpp"
#include "compiler/lower/structure.hpp"

namespace nnc {

// Every list is kept in memory and is part of the identity of its trials. Within the work that the evaluator
// allows, about this many epochs of a formula can be computed for several points.
static constexpr std::int64_t kMostEpochs = 100'000;

std::optional<double> RateLists::rate_in(const Instance& schedule, std::int64_t epoch, std::int64_t epochs) {
  const ast::FunctionDecl& function = *as_function(schedule.declaration);
  Frame body;
  body.declaration = schedule.declaration;
  body.locals = schedule.arguments;
  body.give("epoch", Value{epoch, schedule.span});
  body.give("epochs", Value{epochs, schedule.span});
  const CallScope scope(evaluator_, schedule.span);
  const Value result = evaluator_.run_body(function, body);
  if (result.is_error()) return std::nullopt;
  const auto rate = result.number();
  if (rate && std::isfinite(*rate) && *rate >= 0) return *rate + 0.0;  // of two zeros, the one without a sign
  // Epochs are counted from 1 wherever people read of them.
  const std::string what = rate ? fmt::format("{:.6g}", *rate) : describe_kind(result);
  auto report = evaluator_.sink().report(
      diagnostics::OutOfRange, evaluator_.user_place(schedule.span),
      fmt::format("in epoch {} schedule `{}` gives {}, but a finite number of at least 0 is needed",
                  epoch + 1, function.name.text, what));
  report.here(fmt::format("for {} epochs", with_separators(epochs)));
  if (evaluator_.sources().is_user_code(function.name.span))
    report.label(function.name.span, fmt::format("`epoch` is {} here", epoch));
  return std::nullopt;
}

std::optional<Rates> RateLists::find(const InstancePtr& schedule, std::int64_t epochs,
                                     const Span& epochs_place) {
  if (epochs > kMostEpochs) {
    evaluator_.sink().report(diagnostics::OutOfRange, evaluator_.user_place(epochs_place),
                             fmt::format("`epochs` is {}, but with a schedule there can be at most {}",
                                         with_separators(epochs), with_separators(kMostEpochs)));
    return std::nullopt;
  }
  const std::string key = fmt::format("{} {}", epochs, structure_of(schedule));
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  std::vector<double> rates;
  rates.reserve(static_cast<std::size_t>(epochs));
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    const auto rate = rate_in(*schedule, epoch, epochs);
    if (!rate) return std::nullopt;
    rates.push_back(*rate);
  }
  const bool constant = std::all_of(rates.begin(), rates.end(), [](double rate) { return rate == 1; });
  return known_[key] = constant ? nullptr : std::make_shared<const std::vector<double>>(std::move(rates));
}

}  // namespace nnc
