// Loads the library, the main file and its imports, and collects the names they declare.
#include "compiler/sema/modules.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "compiler/parse/parse.hpp"

namespace nnc::sema {
namespace {

// Far more than anybody nests, and few enough for the stack.
constexpr int kMaxImportDepth = 100;

class Loader {
 public:
  Loader(SourceMap& sources, const FileReader& read_file, Sink& sink)
      : sources_(sources), read_file_(read_file), sink_(sink) {}

  void load_library(std::span<const EmbeddedFile> library) {
    for (const EmbeddedFile& file : library) {
      const FileId id = sources_.add("stdlib/" + std::string(file.path), std::string(file.text), true);
      LoadedModule module = parse(id);
      module.is_library = true;
      keep(std::move(module));
    }
    loaded_.clear();  // a user's file of the same path is another file
  }

  // Loads a file after everything it imports; returns its place in the list.
  std::size_t load(FileId file) {
    const std::string path = normal(sources_.file(file).path());
    LoadedModule module = parse(file);
    chain_.push_back(path);
    for (const ast::Declaration& declaration : module.module.declarations) {
      const auto* import = std::get_if<ast::ImportDecl>(&declaration.node);
      if (import == nullptr) continue;
      if (const auto place = load_import(*import)) module.imports.push_back(*place);
    }
    chain_.pop_back();
    module.path = path;
    return keep(std::move(module));
  }

  LoadedProgram take() { return std::move(loaded_program_); }

 private:
  static std::string normal(const std::string& path) {
    return std::filesystem::path(path).lexically_normal().string();
  }

  LoadedModule parse(FileId file) {
    const std::size_t known = sink_.diagnostics().size();
    ParsedFile parsed = parse_file(sources_, file, sink_);
    for (std::size_t i = known; i < sink_.diagnostics().size(); ++i) {
      const Diagnostic& diagnostic = sink_.diagnostics()[i];
      if (diagnostic.severity != Severity::Error) continue;
      loaded_program_.broken_files.insert(file);
      loaded_program_.broken_places.push_back(diagnostic.primary);
    }
    LoadedModule module;
    module.path = sources_.file(file).path();
    module.module = std::move(parsed.module);
    module.module.file = file;
    module.trivia = std::move(parsed.trivia);
    return module;
  }

  std::size_t keep(LoadedModule module) {
    auto& modules = loaded_program_.program.modules;
    loaded_.emplace(module.path, modules.size());
    modules.push_back(std::make_unique<LoadedModule>(std::move(module)));
    return modules.size() - 1;
  }

  std::optional<std::size_t> load_import(const ast::ImportDecl& import) {
    const std::filesystem::path folder = std::filesystem::path(chain_.back()).parent_path();
    const std::string path = normal((folder / import.path).string());
    for (std::size_t i = 0; i < chain_.size(); ++i) {
      if (chain_[i] == path) return report_cycle(import, i);
    }
    if (const auto known = loaded_.find(path); known != loaded_.end()) return known->second;
    if (import.path.empty()) return report_not_found(import, {"the path is empty", ""});
    if (chain_.size() >= kMaxImportDepth) {
      loaded_program_.import_failed = true;
      sink_.report(diagnostics::NestedTooDeeply, import.path_span, kMaxImportDepth)
          .note("each file on the way imports the next one");
      return std::nullopt;
    }
    Result<std::string> text = read_file_(path);
    if (!text) return report_not_found(import, text.failure());
    return load(sources_.add(path, std::move(text).value()));
  }

  std::optional<std::size_t> report_cycle(const ast::ImportDecl& import, std::size_t first) {
    std::string chain;
    for (std::size_t i = first; i < chain_.size(); ++i) chain += chain_[i] + " -> ";
    sink_.report(diagnostics::ImportCycle, import.path_span, chain_[first], chain + chain_[first])
        .hint("move what both files need into a third one");
    return std::nullopt;
  }

  std::optional<std::size_t> report_not_found(const ast::ImportDecl& import, const Failure& failure) {
    loaded_program_.import_failed = true;
    auto report = sink_.report(diagnostics::ImportNotFound, import.path_span, import.path, failure.message);
    if (!failure.hint.empty()) {
      report.hint(failure.hint);
    } else {
      report.note("a path is relative to the file that imports it");
    }
    return std::nullopt;
  }

  SourceMap& sources_;
  const FileReader& read_file_;
  Sink& sink_;
  LoadedProgram loaded_program_;
  std::map<std::string, std::size_t> loaded_;  // by path
  std::vector<std::string> chain_;             // the files being read, outermost first
};

using Names = std::map<std::string, const ast::Declaration*, std::less<>>;

void collect_names(const ast::Module& module, Names& names, Sink& sink) {
  for (const ast::Declaration& declaration : module.declarations) {
    const ast::Name* name = ast::declared_name(declaration);
    if (name == nullptr || name->text.empty()) continue;
    const auto [entry, fresh] = names.emplace(name->text, &declaration);
    if (!fresh) {
      sink.report(diagnostics::DuplicateName, name->span, name->text)
          .label(ast::declared_name(*entry->second)->span, "first declared here");
    }
  }
}

}  // namespace

bool LoadedProgram::is_broken(const Span& span) const {
  return std::any_of(broken_places.begin(), broken_places.end(), [&](const Span& place) {
    return place.file == span.file && place.begin <= span.end && span.begin <= place.end;
  });
}

LoadedProgram load_program(SourceMap& sources, FileId main_file, std::span<const EmbeddedFile> library,
                           const FileReader& read_file, Sink& sink) {
  Loader loader(sources, read_file, sink);
  loader.load_library(library);
  const std::size_t main = loader.load(main_file);
  LoadedProgram loaded = loader.take();
  loaded.program.main = main;

  Names user_names;
  for (const auto& module : loaded.program.modules) {
    collect_names(module->module, module->is_library ? loaded.program.library_names : user_names, sink);
  }
  loaded.program.names = std::move(user_names);
  loaded.program.names.insert(loaded.program.library_names.begin(), loaded.program.library_names.end());
  return loaded;
}

}  // namespace nnc::sema
