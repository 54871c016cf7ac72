// See inventory.hpp.
#include "runtime/store/inventory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "runtime/store/impl.hpp"

namespace nnc::rt::store {
namespace {

bool is_database_part(std::string_view name) {
  return std::find(std::begin(kDatabaseParts), std::end(kDatabaseParts), name) != std::end(kDatabaseParts);
}

struct Place {
  std::string folder;  // with its slash; empty: the store itself
  std::vector<FoundFile>& files;

  void add(const std::string& store, const std::string& name, FoundFile::Kind kind) {
    const std::string file = folder + name;
    files.push_back({file, file_size(store + "/" + file).value_or(0), kind});
  }
};

}  // namespace

bool is_leftover(std::string_view name) {
  if (name.starts_with(kTemporaryPrefix)) return true;
  const std::size_t suffix = name.rfind(kAsideSuffix);
  if (suffix == std::string_view::npos) return false;
  // "<name>.damaged" or "<name>.damaged-<number>"
  name.remove_prefix(suffix + kAsideSuffix.size());
  return name.empty() ||
         (name.starts_with('-') && name.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

FoundFile::Kind found_kind(ObjectKind kind) {
  constexpr FoundFile::Kind kFound[] = {FoundFile::Kind::Weights, FoundFile::Kind::Predictions,
                                        FoundFile::Kind::Checkpoint};
  static_assert(std::size(kFound) == std::size(kAllKinds));
  return kFound[static_cast<std::size_t>(kind)];
}

void add_needed(const TrialRecord& record, Needed& needed) {
  const std::string trial = trial_words(record);
  if (is_sha256(record.weights_file)) {
    needed.emplace(object_file(ObjectKind::Weights, record.weights_file),
                   fmt::format("the weights of {}", trial));
  }
  for (const auto& [part, sha256] : record.predictions) {
    if (!is_sha256(sha256)) continue;
    needed.emplace(object_file(ObjectKind::Predictions, sha256),
                   fmt::format("the predictions of {} on `{}`", trial, part));
  }
}

void add_named(const std::string& store, const Entry& entry, Needed& needed) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::string_view text = entry.text;
  const std::string trial = trial_words(entry.identity);
  for (std::size_t at = 0; (at = text.find_first_of(kDigits, at)) != std::string_view::npos;) {
    const std::string word(text.substr(at, text.find_first_not_of(kDigits, at) - at));
    at += word.size();
    if (!is_sha256(word)) continue;
    for (const ObjectKind kind : kAllKinds) {
      const std::string file = object_file(kind, word);
      if (something_there(store + "/" + file))
        needed.emplace(file, fmt::format("a file of {}, which is of another version of nnc", trial));
    }
  }
}

Result<std::vector<FoundFile>> files_of(const std::string& store, const Needed& needed) {
  std::vector<FoundFile> files;
  Place top{"", files};
  const Result<std::vector<std::string>> in_store = names_in(store);
  if (!in_store) return in_store.failure();
  for (const std::string& name : in_store.value()) {
    if (is_database_part(name)) top.add(store, name, FoundFile::Kind::Record);
    if (is_leftover(name)) top.add(store, name, FoundFile::Kind::Leftover);
  }
  Place records{std::string(kRecordFolder) + "/", files};
  const Result<std::vector<std::string>> in_records = names_in(store + "/" + kRecordFolder);
  if (!in_records) return in_records.failure();
  for (const std::string& name : in_records.value()) {
    if (name.ends_with(".json")) records.add(store, name, FoundFile::Kind::Record);
    if (is_leftover(name)) records.add(store, name, FoundFile::Kind::Leftover);
  }
  for (const ObjectKind kind : kAllKinds) {
    Place objects{std::string(folder_of(kind)) + "/", files};
    const Result<std::vector<std::string>> names = names_in(store + "/" + folder_of(kind));
    if (!names) return names.failure();
    for (const std::string& name : names.value()) {
      const bool object = !object_name(kind, name).empty();
      if (!object && !is_leftover(name)) continue;
      objects.add(store, name,
                  needed.contains(objects.folder + name) ? found_kind(kind) : FoundFile::Kind::Leftover);
    }
  }
  return files;
}

void add_to_sizes(const FoundFile& file, StoreSizes& sizes) {
  std::int64_t records = 0;  // trials are counted, not their files
  const auto add = [&](std::int64_t& count, std::uint64_t& bytes) {
    ++count;
    bytes += file.bytes;
  };
  switch (file.kind) {
    case FoundFile::Kind::Record:
      return add(records, sizes.record_bytes);
    case FoundFile::Kind::Weights:
      return add(sizes.weights, sizes.weight_bytes);
    case FoundFile::Kind::Predictions:
      return add(sizes.predictions, sizes.prediction_bytes);
    case FoundFile::Kind::Checkpoint:
      return add(sizes.checkpoints, sizes.checkpoint_bytes);
    case FoundFile::Kind::Leftover:
      return add(sizes.leftovers, sizes.leftover_bytes);
  }
}

}  // namespace nnc::rt::store
