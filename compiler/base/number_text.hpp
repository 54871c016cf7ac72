// Numbers as people read them: counts, sizes, times. In: a number. Out: words that never depend on the
// locale.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nnc {

std::string with_separators(std::int64_t number);  // 203,530
std::string bytes_text(std::uint64_t bytes);       // 1.6 MiB
// For something that is still going on: 0.4 s, 12 s, 3 min 20 s, 2 h 05 min.
std::string duration_text(double seconds);
// For something that was measured: 4.2 ms, 1.53 s, 11.9 s, 3 min 20 s, 2 h 05 min.
std::string measured_time_text(double seconds);
std::string count_text(std::int64_t count, std::string_view what);  // "1 trial", "2 trials"

}  // namespace nnc
