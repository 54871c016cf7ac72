// Messages as they travel: framed by a length in bytes, JSON-RPC inside. And safe ways to read what a client
// sent.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace nnc::lsp {

using Json = nlohmann::json;

enum ErrorCode : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kServerNotInitialized = -32002,
  kRequestCancelled = -32800,
  kRequestFailed = -32803,
};

// Why a request has no result.
struct RequestError {
  int code = kInternalError;
  std::string message;
};
using Reply = std::variant<Json, RequestError>;

// Takes bytes as they come and gives messages as they are complete.
class Framer {
 public:
  void add(std::string_view bytes) { buffer_ += bytes; }
  // The next whole message, or nothing. After a header that cannot be read `broken` says why, and nothing
  // more comes.
  std::optional<std::string> next();
  [[nodiscard]] const std::string& broken() const { return broken_; }

 private:
  std::optional<std::string> fail(std::string why);

  std::string buffer_;
  std::string broken_;
};

std::string frame(const Json& message);
// The message in a text; discarded if it is none. Halves of surrogate pairs, which JavaScript's strings may
// have and Unicode has not, become U+FFFD: that is one unit of UTF-16 as well.
Json read_message(const std::string& text);

// The value under nested keys; null if there is none.
const Json* find(const Json& object, std::initializer_list<const char*> keys);
std::string string_at(const Json& object, std::initializer_list<const char*> keys);  // "" if there is none
std::optional<std::int64_t> int_at(const Json& object, std::initializer_list<const char*> keys);
bool bool_at(const Json& object, std::initializer_list<const char*> keys);

}  // namespace nnc::lsp
