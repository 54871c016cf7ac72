// See cache_files.hpp. Files are written under another name first: another server may be reading them.
#include "compiler/lsp/cache_files.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace nnc::lsp {

namespace fs = std::filesystem;

std::string cache_file(const World& world, const std::string& name, std::string_view text) {
  if (world.cache_folder.empty()) return {};
  const std::string path = (fs::path(world.cache_folder) / name).lexically_normal().string();
  const Result<std::string> there = world.read_file(path);
  if (there && there.value() == text) return path;
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  const std::string draft = path + "." + std::to_string(::getpid());
  {
    std::ofstream file(draft, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) return {};
  }
  fs::permissions(draft, fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write,
                  fs::perm_options::remove, error);
  fs::rename(draft, path, error);
  if (!error) return path;
  fs::remove(draft, error);
  return {};
}

bool is_cached_library(const World& world, const std::string& path) {
  return !world.cache_folder.empty() &&
         path.starts_with((fs::path(world.cache_folder) / "stdlib/").lexically_normal().string());
}

}  // namespace nnc::lsp
