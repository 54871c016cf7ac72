// See optimizations.hpp.
#include "compiler/base/optimizations.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <optional>

namespace nnc {
namespace {

constexpr std::array kOptimizations = {
#define NNC_OPTIMIZATION(enumerator, text, reason) OptimizationInfo{Optimization::enumerator, text, reason},
#include "compiler/base/optimizations.def"
#undef NNC_OPTIMIZATION
};

using Bits = std::uint32_t;
static_assert(kOptimizations.size() <= 32);

Bits bit_of(Optimization optimization) { return Bits{1} << static_cast<unsigned>(optimization); }

std::optional<Bits> bit_named(std::string_view name) {
  for (const OptimizationInfo& info : kOptimizations) {
    if (info.name == name) return bit_of(info.optimization);
  }
  return std::nullopt;
}

// Calls visit(name) for each of the names that commas separate.
template <class F>
void each_name(std::string_view names, F visit) {
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    if (comma > 0) visit(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
}

Bits read_environment() {
  Bits off = 0;
  const char* names = std::getenv("NNC_WITHOUT");
  if (names != nullptr) each_name(names, [&](std::string_view name) { off |= bit_named(name).value_or(0); });
  return off;
}

std::atomic<Bits>& off_bits() {
  static std::atomic<Bits> off = read_environment();
  return off;
}

std::string known_names() {
  std::string all;
  for (const OptimizationInfo& info : kOptimizations) all += (all.empty() ? "" : ", ") + std::string(info.name);
  return all;
}

}  // namespace

std::span<const OptimizationInfo> all_optimizations() { return kOptimizations; }

bool is_on(Optimization optimization) { return (off_bits() & bit_of(optimization)) == 0; }

Status switch_off(std::string_view names) {
  Bits off = 0;
  std::string unknown;
  each_name(names, [&](std::string_view name) {
    const std::optional<Bits> bit = bit_named(name);
    if (!bit && unknown.empty()) unknown = name;
    off |= bit.value_or(0);
  });
  if (!unknown.empty())
    return Failure{fmt::format("there is no optimization '{}'", unknown), "there are: " + known_names()};
  off_bits() |= off;
  return Done{};
}

std::string switched_off() {
  std::string off;
  for (const OptimizationInfo& info : kOptimizations) {
    if (!is_on(info.optimization)) off += (off.empty() ? "" : ",") + std::string(info.name);
  }
  return off;
}

}  // namespace nnc
