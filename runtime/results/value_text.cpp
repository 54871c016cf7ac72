// See value_text.hpp. Numbers never depend on the locale.
#include "runtime/results/value_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "compiler/base/number_text.hpp"

namespace nnc::rt {
namespace {

// The number with `decimals` digits after the point, without its unit. Nothing is -0.00.
std::string fixed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find_first_of("123456789") == std::string::npos && text.starts_with('-')) text.erase(0, 1);
  return text;
}

// Times are positive, differences of times need not be.
std::string time_text(double seconds) {
  return seconds < 0 ? "-" + measured_time_text(-seconds) : measured_time_text(seconds);
}

std::string significant(double value) {
  if (std::abs(value) >= 999.95 && std::abs(value) < 9999.5) return fixed(value, 0);
  return fmt::format("{:#.4g}", value);
}

}  // namespace

std::string split_of(std::string_view field) {
  const std::size_t dot = field.find('.');
  const std::string_view head = field.substr(0, dot);
  const bool is_split =
      dot != std::string_view::npos && std::ranges::find(kResultParts, head) != kResultParts.end();
  return is_split ? std::string(head) : "";
}

std::string metric_of(std::string_view field) {
  const std::string split = split_of(field);
  return std::string(split.empty() ? field : field.substr(split.size() + 1));
}

NumberForm form_of(std::string_view field) {
  if (split_of(field).empty()) {
    const ResultFieldInfo* info = find_result_field(field);
    return info != nullptr ? info->form : NumberForm::Plain;
  }
  const KnownMetric known = find_known_metric(metric_of(field));
  return known.metric != nullptr ? known.metric->form : NumberForm::Loss;
}

std::string readable_field(std::string_view field) {
  const std::string split = split_of(field);
  std::string metric = metric_of(field);
  const ResultFieldInfo* info = split.empty() ? find_result_field(metric) : nullptr;
  if (info != nullptr) return std::string(info->readable);
  if (const KnownMetric known = find_known_metric(metric); known.metric != nullptr) {
    metric.replace(known.at, known.metric->name.size(), known.metric->readable);
  }
  std::ranges::replace(metric, '_', ' ');
  return split.empty() ? metric : split + " " + metric;
}

std::string sentence(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string format_number(NumberForm form, double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  switch (form) {
    case NumberForm::Percent:
      return fixed(value * 100, 2) + " %";
    case NumberForm::Score:
      return fixed(value, 4);
    case NumberForm::Loss:
      return significant(value);
    case NumberForm::Seconds:
      return time_text(value);
    case NumberForm::Count:
      return std::abs(value) < 1e15 ? with_separators(std::llround(value)) : fmt::format("{:.4g}", value);
    case NumberForm::Plain:
      return fmt::format("{}", value);
  }
  return {};
}

std::string format_spread(NumberForm form, double mean, double deviation) {
  if (!std::isfinite(mean) || !std::isfinite(deviation)) return format_number(form, mean);
  switch (form) {
    case NumberForm::Percent:
      return fmt::format("{} ± {} %", fixed(mean * 100, 2), fixed(deviation * 100, 2));
    case NumberForm::Score:
      return fmt::format("{} ± {}", fixed(mean, 4), fixed(deviation, 4));
    case NumberForm::Loss:
      return fmt::format("{} ± {:.2g}", significant(mean), deviation);
    case NumberForm::Seconds:
      return time_text(mean) + " ± " + measured_time_text(deviation);
    case NumberForm::Count:
    case NumberForm::Plain:
      return fmt::format("{} ± {:.3g}", format_number(form, mean), deviation);
  }
  return {};
}

std::string format_difference(NumberForm form, double value) {
  if (form != NumberForm::Percent || !std::isfinite(value)) return format_number(form, value);
  return fixed(value * 100, 2) + " points";
}

std::string format_difference_spread(NumberForm form, double mean, double margin) {
  if (form != NumberForm::Percent || !std::isfinite(mean) || !std::isfinite(margin))
    return format_spread(form, mean, margin);
  return fmt::format("{} ± {} points", fixed(mean * 100, 2), fixed(margin * 100, 2));
}

std::string format_computed(double value) {
  if (!std::isfinite(value)) return format_number(NumberForm::Plain, value);
  const double size = std::abs(value);
  if (size < 1e15 && (size >= 9999.5 || value == std::trunc(value)))
    return with_separators(std::llround(value));
  return fmt::format("{:.4g}", value);
}

}  // namespace nnc::rt
