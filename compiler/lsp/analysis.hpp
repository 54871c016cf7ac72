// What is known of one text: names and types, which every feature asks, and what its study comes to, which
// takes longer and may be given up.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/lower/study.hpp"
#include "compiler/lsp/experiments.hpp"
#include "compiler/lsp/positions.hpp"
#include "compiler/sema/program.hpp"
#include "compiler/sema/program_index.hpp"

namespace nnc::lsp {

// Where the server gets what is outside of it.
struct World {
  FileReader read_file;
  InspectData inspect_data;
  std::vector<NativeMetric> native_metrics;
  std::function<double()> seconds;  // a clock that only goes forward
  // A folder for the standard library and the pages of diagnostics as files that an editor can open; "" for
  // none.
  std::string cache_folder;
  std::function<std::string(const std::string& code)> explanation;  // Markdown of a diagnostic, or ""
  std::function<std::string(std::string_view text)> format;  // of a whole program; empty: there is none
  // Begins to find out how long the experiments of a file on the disk take, in another process; null if that
  // cannot be. Empty: nothing can tell.
  std::function<std::unique_ptr<TimeEstimate>(const std::string& path)> estimate_times;
  std::string version;
};

// Stays where it is: later parts refer to earlier ones.
struct Analysis {
  std::string path;
  std::string folder;  // of the path
  SourceMap sources;
  FileId main;
  Sink sink;  // names and types; then also what the study adds
  CheckedProgram program;
  sema::ProgramIndex index;
  std::set<std::string> read;  // the other files that it was made from, or that could not be read

  bool shapes_known = false;  // the study was looked at; what follows is filled in as far as it could be
  bool slow = false;          // it takes too long to be waited for
  std::vector<ModelTrace> models;
  ExperimentSizes experiments;
  std::vector<DataPlan> data;
  std::map<FileId, PositionMap> known_positions;

  // Of any file, counted once.
  const PositionMap& positions(FileId file, Encoding encoding);
  [[nodiscard]] std::string_view text() const { return sources.file(main).text(); }
  // The declaration of the main file that covers the position, or the last one before it; null if there is
  // none.
  [[nodiscard]] const ast::Declaration* declaration_at(std::uint32_t position) const;
};

std::shared_ptr<Analysis> analyse_names(const std::string& path, const std::string& text,
                                        const FileReader& read_file);

enum class StudyOutcome : std::uint8_t {
  Done,
  Impossible,  // the program cannot be expanded as it is
  GivenUp,
};
// Both are asked now and then. After `give_up` the analysis is as it was; after `enough` it has what was
// found so far.
StudyOutcome analyse_study(Analysis& analysis, const World& world, const std::function<bool()>& give_up,
                           const std::function<bool()>& enough);

}  // namespace nnc::lsp
