// SHA-256 over pieces of memory, as 64 hexadecimal digits: the identity of data sets and of trained weights.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace nnc::rt {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void add(std::span<const std::byte> bytes);
  // The digest of everything added; nothing may be added afterwards.
  [[nodiscard]] std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Of a text as a whole.
std::string sha256_of(std::string_view text);

}  // namespace nnc::rt
