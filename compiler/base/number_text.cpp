// See number_text.hpp.
#include "compiler/base/number_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace nnc {
namespace {

std::string minutes_text(std::int64_t seconds) {
  return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
}

std::string hours_text(std::int64_t seconds) {
  return fmt::format("{} h {:02} min", seconds / 3600, seconds % 3600 / 60);
}

}  // namespace

std::string with_separators(std::int64_t number) {
  std::string digits = fmt::format("{}", number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string bytes_text(std::uint64_t bytes) {
  static constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 1 < units.size(); ++unit) size /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", size, units[unit]);
}

std::string duration_text(double seconds) {
  if (!(seconds >= 0) || seconds > 1e9) return "?";
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  return whole < 3600 ? minutes_text(whole) : hours_text(whole);
}

std::string measured_time_text(double seconds) {
  if (std::isnan(seconds)) return "NaN";
  if (seconds < 0.1) return fmt::format("{:.1f} ms", seconds * 1000);
  if (seconds < 9.995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 119.95) return fmt::format("{:.1f} s", seconds);
  if (seconds > 1e15) return fmt::format("{:.4g} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  return whole < 7200 ? minutes_text(whole) : hours_text(whole);
}

std::string count_text(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", with_separators(count), what, count == 1 ? "" : "s");
}

}  // namespace nnc
