// See record_files.hpp. A copy is one line of JSON:
//   {"sha256":"<64 digits>","identity":"3f2a…","put":12,"record":{…}}
// The checksum is that of everything behind its comma, the line break included.
#include "runtime/store/record_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "runtime/store/object_files.hpp"

namespace nnc::rt::store {
namespace {

constexpr std::string_view kExtension = ".json";
constexpr std::string_view kBeforeSum = R"({"sha256":")";
constexpr std::string_view kAfterSum = R"(",)";
constexpr std::string_view kBeforeIdentity = R"("identity":")";
constexpr std::string_view kBeforeSerial = R"(","put":)";
constexpr std::string_view kBeforeRecord = R"(,"record":)";
constexpr std::string_view kAfterRecord = "}\n";
constexpr std::size_t kSumDigits = 64;

bool skip(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

std::optional<Entry> read_body(std::string_view text, const std::string& identity) {
  Entry entry{identity, 0, {}};
  if (!skip(text, kBeforeIdentity) || !skip(text, identity) || !skip(text, kBeforeSerial))
    return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), entry.serial);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!skip(text, kBeforeRecord) || !text.ends_with(kAfterRecord)) return std::nullopt;
  text.remove_suffix(kAfterRecord.size());
  entry.text = text;
  return entry;
}

std::optional<Entry> read_content(std::string_view text, const std::string& identity) {
  if (!skip(text, kBeforeSum) || text.size() < kSumDigits) return std::nullopt;
  const std::string_view sum = text.substr(0, kSumDigits);
  text.remove_prefix(kSumDigits);
  if (!skip(text, kAfterSum) || sha256_of(text) != sum) return std::nullopt;
  return read_body(text, identity);
}

}  // namespace

bool is_identity(std::string_view text) {
  constexpr std::size_t kMaxLength = 128;
  return !text.empty() && text.size() <= kMaxLength && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

std::string record_file(const std::string& identity) {
  return fmt::format("{}/{}{}", kRecordFolder, identity, kExtension);
}

CopyRead read_copy(const std::string& store, const std::string& identity) {
  if (!is_identity(identity)) return {};
  // The wrapping takes less than the difference between the limits.
  const FileRead file = read_file(store + "/" + record_file(identity), kMaxRecord + 1024);
  if (file.state == FileState::Missing) return {};
  if (file.state == FileState::Unreadable) return {CopyRead::State::Unreadable, {}, file.error};
  std::optional<Entry> entry;
  if (file.state == FileState::Read) entry = read_content(file.content, identity);
  if (!entry) return {CopyRead::State::Damaged, {}, 0};
  return {CopyRead::State::Good, std::move(*entry), 0};
}

Failure unreadable_copy(const std::string& store, const std::string& identity, int error) {
  return file_failure("read", store + "/" + record_file(identity), error);
}

Status write_copy(const std::string& store, const Entry& entry, Durability durability) {
  const std::string body = fmt::format("{}{}{}{}{}{}{}", kBeforeIdentity, entry.identity, kBeforeSerial,
                                       entry.serial, kBeforeRecord, entry.text, kAfterRecord);
  return write_file(store + "/" + kRecordFolder, entry.identity + std::string(kExtension),
                    fmt::format("{}{}{}{}", kBeforeSum, sha256_of(body), kAfterSum, body), durability);
}

Result<std::vector<std::string>> copied_identities(const std::string& store) {
  Result<std::vector<std::string>> names = names_in(store + "/" + kRecordFolder);
  if (!names) return names;
  std::vector<std::string> identities;
  for (std::string& name : names.value()) {
    if (!name.ends_with(kExtension)) continue;
    name.resize(name.size() - kExtension.size());
    if (is_identity(name)) identities.push_back(std::move(name));
  }
  // Without the extensions the order can be another one.
  std::sort(identities.begin(), identities.end());
  return identities;
}

}  // namespace nnc::rt::store
