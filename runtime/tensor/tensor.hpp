// A view of a tensor in memory that somebody else owns: contiguous, row-major, 64-byte aligned where the
// arena made it. What comes in: an address, sizes (no symbolic batch), an element type. It never owns,
// allocates or checks bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "compiler/types/shape.hpp"

namespace nnc::rt {

// Int is always 32 bits. Float is 32 or 64 bits: the caller knows which, by the kernels it calls.
struct TensorView {
  std::byte* data = nullptr;
  std::span<const std::int64_t> sizes;  // of a Shape that outlives the view
  ElementType type = ElementType::Float;

  // A scalar has one element; a size of 0 makes none.
  [[nodiscard]] std::int64_t count() const {
    std::int64_t product = 1;
    for (const std::int64_t size : sizes) product *= size;
    return product;
  }
  [[nodiscard]] int rank() const { return static_cast<int>(sizes.size()); }

  // The elements as what the caller knows them to be: float, double or std::int32_t.
  template <class T>
  [[nodiscard]] T* as() const {
    return reinterpret_cast<T*>(data);
  }
};

}  // namespace nnc::rt
