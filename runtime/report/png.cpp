// See png.hpp. libpng reports through the simplified interface: no jumps, no exceptions.
#include "runtime/report/png.hpp"

#include <png.h>

#include <array>

namespace nnc::rt {

std::optional<std::string> encode_png(int height, int width, int channels,
                                      const std::vector<std::uint8_t>& pixels) {
  constexpr int kLargestSide = 4096;
  constexpr std::array<png_uint_32, 5> kFormats{0, PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB,
                                                PNG_FORMAT_RGBA};
  if (height < 1 || width < 1 || channels < 1 || channels > 4) return std::nullopt;
  if (height > kLargestSide || width > kLargestSide) return std::nullopt;
  const std::size_t size =
      static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  if (pixels.size() != size) return std::nullopt;

  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = kFormats[static_cast<std::size_t>(channels)];
  png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string file(bytes, '\0');
  const int written = png_image_write_to_memory(&image, file.data(), &bytes, 0, pixels.data(), 0, nullptr);
  if (written == 0) return std::nullopt;
  file.resize(bytes);
  return file;
}

}  // namespace nnc::rt
