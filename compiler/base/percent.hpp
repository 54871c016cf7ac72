// Paths in URIs.
#pragma once

#include <string>
#include <string_view>

namespace nnc {

// Every byte but letters, digits, `-._~` and the `/` between folders as %XX.
std::string percent_encoded(std::string_view path);
// The other way; what is no %XX stays.
std::string percent_decoded(std::string_view text);

}  // namespace nnc
