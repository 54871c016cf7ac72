// Raw samples as PNG files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nnc::rt {

// 8-bit rows of height x width x channels (1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha).
// Empty if the sizes do not fit the pixels or are not those of a picture.
std::optional<std::string> encode_png(int height, int width, int channels,
                                      const std::vector<std::uint8_t>& pixels);

}  // namespace nnc::rt
