// See symbols.hpp.
#include "compiler/lsp/symbols.hpp"

#include <filesystem>

namespace nnc::lsp {

std::optional<Symbol> symbol_at(const Place& place) {
  const auto* reference = place.analysis.index.at(place.analysis.main, place.offset);
  if (reference == nullptr || !reference->declared.valid()) return std::nullopt;
  const SourceFile& file = place.analysis.sources.file(reference->declared.file);
  return Symbol{file.path(), reference->declared.begin,
                std::string(place.analysis.sources.text(reference->declared)), file.is_library()};
}

std::vector<sema::Reference> uses_of(const Analysis& analysis, const Symbol& symbol) {
  std::vector<sema::Reference> uses;
  for (const sema::Reference& reference : analysis.index.references) {
    const bool same = reference.declared.valid() && reference.declared.begin == symbol.begin &&
                      analysis.sources.file(reference.declared.file).path() == symbol.path;
    // The library's own code is not the user's to look through.
    if (same && (analysis.sources.is_user_code(reference.use) || reference.declares()))
      uses.push_back(reference);
  }
  return uses;
}

std::string import_path(const Analysis& analysis, const ast::ImportDecl& import) {
  return (std::filesystem::path(analysis.folder) / import.path).lexically_normal().string();
}

}  // namespace nnc::lsp
