// See documents.hpp.
#include "compiler/lsp/documents.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "compiler/base/percent.hpp"

namespace nnc::lsp {
namespace {

constexpr std::string_view kFileScheme = "file://";

std::string normal(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

}  // namespace

std::string path_of_uri(const std::string& uri) {
  if (!uri.starts_with(kFileScheme)) return uri;
  // What stands before the path is a machine, which is this one.
  const std::size_t begin = uri.find('/', kFileScheme.size());
  if (begin == std::string::npos) return uri;
  return normal(percent_decoded(std::string_view(uri).substr(begin)));
}

std::string uri_of_path(const std::string& path) {
  if (!path.starts_with('/')) return path;  // it never was a file's
  return std::string(kFileScheme) + percent_encoded(path);
}

Document& Documents::open(const std::string& uri, std::int64_t version, std::string text, Encoding encoding) {
  auto& document = documents_[uri];
  document = std::make_unique<Document>();
  document->uri = uri;
  document->path = path_of_uri(uri);
  document->version = version;
  document->text = std::move(text);
  document->positions = PositionMap(document->text, encoding);
  return *document;
}

void Documents::change(Document& document, std::int64_t version, const Json& changes, Encoding encoding) {
  document.version = version;
  if (!changes.is_array()) return;
  for (const Json& change : changes) {
    const Json* given = lsp::find(change, {"text"});
    if (given == nullptr || !given->is_string()) continue;
    const std::string text = *given;
    TextChange done{0, static_cast<std::uint32_t>(document.text.size()),
                    static_cast<std::uint32_t>(text.size())};
    if (const Json* range = lsp::find(change, {"range"}); range != nullptr && range->is_object()) {
      const auto offset = [&](const char* side) {
        return document.positions.offset(
            {int_at(*range, {side, "line"}).value_or(0), int_at(*range, {side, "character"}).value_or(0)});
      };
      done.begin = offset("start");
      done.end = std::max(done.begin, offset("end"));
    }
    document.text.replace(done.begin, done.end - done.begin, text);
    document.positions = PositionMap(document.text, encoding);
    document.since_shapes.push_back(done);
  }
}

Document* Documents::find(const std::string& uri) {
  const auto found = documents_.find(uri);
  return found == documents_.end() ? nullptr : found->second.get();
}

Document* Documents::find_path(const std::string& path) {
  for (auto& [uri, document] : documents_) {
    if (document->path == path) return document.get();
  }
  return nullptr;
}

bool carry_over(const std::vector<TextChange>& changes, std::uint32_t& begin, std::uint32_t& end) {
  for (const TextChange& change : changes) {
    if (change.end <= begin) {
      begin = begin - (change.end - change.begin) + change.length;
      end = end - (change.end - change.begin) + change.length;
    } else if (change.begin < end) {
      return false;
    }
  }
  return true;
}

}  // namespace nnc::lsp
