// A file read once from the beginning, plain or gzip: what comes out is its content.
// Damaged compression, a failing disk and files that are not files come back as failures, never as bytes.
// Not part of the room's interface: idx.cpp is what others use.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "compiler/base/result.hpp"

namespace nnc::rt {

// Deflate cannot expand more than this (a match of 258 bytes takes at least two bits).
inline constexpr std::uint64_t kDeflateLimit = 1032;

class ByteSource {
 public:
  // Fails for what is not there, not readable or not a regular file (a folder, a pipe, a device).
  static Result<ByteSource> open(const std::string& path);
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;

  // Fills `out` from where the last call ended; gives fewer bytes only at the end of the content.
  Result<std::size_t> read(std::span<std::uint8_t> out);

  [[nodiscard]] bool compressed() const;
  // The content is no longer than this: the size of the file, or what it could inflate to.
  [[nodiscard]] std::uint64_t content_limit() const;

 private:
  struct State;
  explicit ByteSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace nnc::rt
