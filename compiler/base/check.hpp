// NNC_CHECK: an invariant of ours. Its failure is a bug in nnc, never the user's mistake, and ends the
// program through InternalError, which main() turns into exit code 70 and a request to report it.
#pragma once

#include <stdexcept>
#include <string>

namespace nnc {

class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void fail_check(const char* condition, const char* file, int line,
                             const std::string& detail = {});

}  // namespace nnc

#define NNC_CHECK(condition, ...)                                                                   \
  do {                                                                                              \
    if (!(condition)) ::nnc::fail_check(#condition, __FILE__, __LINE__ __VA_OPT__(, ) __VA_ARGS__); \
  } while (false)
