// SHA-256 by libcrypto, which uses the processor's instructions for it. In: bytes. Out: hexadecimal digits.
#include "runtime/data/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>
#include <string_view>

#include "compiler/base/check.hpp"

namespace nnc::rt {

struct Sha256::Context {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> handle{EVP_MD_CTX_new()};
};

// Looked up once: by name it takes longer than hashing a line of text.
static const EVP_MD* algorithm() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return found;
}

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (context_->handle == nullptr) throw std::bad_alloc();
  NNC_CHECK(EVP_DigestInit_ex(context_->handle.get(), algorithm(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::span<const std::byte> bytes) {
  NNC_CHECK(EVP_DigestUpdate(context_->handle.get(), bytes.data(), bytes.size()) == 1);
}

std::string sha256_of(std::string_view text) {
  Sha256 sha;
  sha.add(std::as_bytes(std::span(text)));
  return sha.finish();
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  NNC_CHECK(EVP_DigestFinal_ex(context_->handle.get(), digest.data(), &length) == 1);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * length);
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

}  // namespace nnc::rt
