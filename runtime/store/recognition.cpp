// Whether a folder is a store. One that lacks some of what a store has, because its program was killed or
// somebody removed it, is still one; a folder of somebody else's is none, whatever lies in it, and stays as
// it is.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/store/impl.hpp"

namespace nnc::rt {
namespace {

constexpr std::string_view kFormatBegins = "nnc store, format ";
constexpr std::size_t kFormatBytes = 1024;
// So many of the names that a store has are no coincidence.
constexpr std::ptrdiff_t kEnoughNames = 4;

bool is_name_of_store(std::string_view name) {
  const bool folder =
      name == store::kRecordFolder ||
      std::ranges::any_of(store::kAllKinds, [&](ObjectKind kind) { return name == store::folder_of(kind); });
  return folder || name == store::kLockFile || name == "format" || name == ".gitignore" ||
         name == store::kDatabaseFile;
}

// Also what is being written, or was put aside, and the log of the database.
bool may_be_of_store(std::string_view name) {
  return is_name_of_store(name) || name.starts_with(store::kDatabaseFile) ||
         name.starts_with(store::kTemporaryPrefix) ||
         name.find(store::kAsideSuffix) != std::string_view::npos;
}

}  // namespace

bool Store::is_store(const std::string& folder) {
  const auto names = store::names_in(folder);
  if (names && std::ranges::count_if(names.value(), is_name_of_store) >= kEnoughNames) return true;
  return store::read_file(folder + "/format", kFormatBytes).content.starts_with(kFormatBegins);
}

Status store::refuse_other_folder(const std::string& folder) {
  const auto names = names_in(folder);
  if (!names) return names.failure();
  if (std::ranges::all_of(names.value(), may_be_of_store) || Store::is_store(folder)) return Done{};
  const std::string below = folder + "/.nnc";
  return Failure{fmt::format("`{}` is no store, and has other things in it", folder),
                 Store::is_store(below)
                     ? fmt::format("there is one in it: --store {}", below)
                     : fmt::format("choose a folder of its own for the store, such as --store {}", below)};
}

}  // namespace nnc::rt
