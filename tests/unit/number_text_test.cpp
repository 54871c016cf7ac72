// Numbers as people read them.
#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>

#include "compiler/base/number_text.hpp"

using namespace nnc;  // NOLINT

TEST_CASE("digits are grouped in threes") {
  CHECK(with_separators(0) == "0");
  CHECK(with_separators(999) == "999");
  CHECK(with_separators(203530) == "203,530");
  CHECK(with_separators(-999) == "-999");
  CHECK(with_separators(-1234567) == "-1,234,567");
  CHECK(with_separators(std::numeric_limits<std::int64_t>::min()) == "-9,223,372,036,854,775,808");
}

TEST_CASE("sizes take the unit that fits") {
  CHECK(bytes_text(512) == "512 B");
  CHECK(bytes_text(1'700'000) == "1.6 MiB");
  CHECK(bytes_text(std::numeric_limits<std::uint64_t>::max()) == "16384.0 PiB");
}

TEST_CASE("times are short while they run and exact once they are measured") {
  CHECK(duration_text(0.04) == "0.0 s");
  CHECK(duration_text(59.4) == "59 s");
  CHECK(duration_text(200) == "3 min 20 s");
  CHECK(duration_text(7500) == "2 h 05 min");
  CHECK(duration_text(-1) == "?");
  CHECK(measured_time_text(0.0042) == "4.2 ms");
  CHECK(measured_time_text(1.534) == "1.53 s");
  CHECK(measured_time_text(11.93) == "11.9 s");
  CHECK(measured_time_text(185) == "3 min 05 s");
  CHECK(measured_time_text(7620) == "2 h 07 min");
  CHECK(measured_time_text(1e200) == "1e+200 s");
  CHECK(measured_time_text(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

TEST_CASE("one is not a plural") {
  CHECK(count_text(1, "trial") == "1 trial");
  CHECK(count_text(0, "trial") == "0 trials");
  CHECK(count_text(2000, "trial") == "2,000 trials");
}
