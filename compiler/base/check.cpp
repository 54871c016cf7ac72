// What happens when one of our own invariants does not hold: an InternalError that says which and where.
#include "compiler/base/check.hpp"

#include <fmt/format.h>

#include <string_view>

namespace nnc {

void fail_check(const char* condition, const char* file, int line, const std::string& detail) {
  // From the repository's root on, so that the message does not depend on where nnc was built.
  std::string_view path = file;
  for (const std::string_view root : {"/compiler/", "/runtime/", "/tests/", "/grammar/"}) {
    if (const auto at = path.rfind(root); at != std::string_view::npos) path.remove_prefix(at + 1);
  }
  throw InternalError(fmt::format("{}:{}: `{}` does not hold{}{}", path, line, condition,
                                  detail.empty() ? "" : ": ", detail));
}

}  // namespace nnc
