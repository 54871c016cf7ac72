// See analysis.hpp.
#include "compiler/lsp/analysis.hpp"

#include <filesystem>

#include "compiler/lower/expandable.hpp"

namespace nnc::lsp {

std::shared_ptr<Analysis> analyse_names(const std::string& path, const std::string& text,
                                        const FileReader& read_file) {
  auto analysis = std::make_shared<Analysis>();
  analysis->path = path;
  analysis->folder = std::filesystem::path(path).parent_path().string();
  analysis->main = analysis->sources.add(path, text);
  const FileReader noting = [&](const std::string& file) {
    analysis->read.insert(file);
    return read_file(file);
  };
  analysis->program =
      check_program(analysis->sources, analysis->main, noting, analysis->sink, &analysis->index);
  return analysis;
}

StudyOutcome analyse_study(Analysis& analysis, const World& world, const std::function<bool()>& give_up,
                           const std::function<bool()>& enough) {
  if (!can_be_expanded(analysis.sink)) return StudyOutcome::Impossible;
  bool gave_up = false;
  std::vector<ModelTrace> models;
  StudyOptions options;
  options.folder = analysis.folder;
  options.inspect_data = world.inspect_data;
  options.native_metrics = world.native_metrics;
  options.on_model = [&](ModelTrace model) { models.push_back(std::move(model)); };
  options.give_up = [&] {
    gave_up = gave_up || give_up();
    return gave_up || enough();
  };
  Sink found;
  std::optional<Study> study = plan_study(analysis.sources, analysis.program, options, found);
  if (gave_up) return StudyOutcome::GivenUp;
  add_new_mistakes(found, analysis.sink);
  analysis.shapes_known = true;
  analysis.models = std::move(models);
  if (study) {
    analysis.experiments = sizes_of(study->plan);
    analysis.data = std::move(study->plan.data);
  }
  return StudyOutcome::Done;
}

const PositionMap& Analysis::positions(FileId file, Encoding encoding) {
  const auto [known, fresh] = known_positions.try_emplace(file);
  if (fresh) known->second = PositionMap(sources.file(file).text(), encoding);
  return known->second;
}

const ast::Declaration* Analysis::declaration_at(std::uint32_t position) const {
  const ast::Declaration* found = nullptr;
  for (const ast::Declaration& declaration : program.main_module().module.declarations) {
    if (declaration.span.begin <= position) found = &declaration;
  }
  return found;
}

}  // namespace nnc::lsp
