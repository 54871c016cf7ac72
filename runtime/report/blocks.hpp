// Makes the sections of a report from the blocks of its plan and the record of its run.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "compiler/plan/report_plan.hpp"
#include "runtime/report/content.hpp"
#include "runtime/report/naming.hpp"

namespace nnc::rt {

// Each overload of `add` is one kind of block.
class Builder {
 public:
  Builder(const RunRecord& record, const ReportOptions& options) : record_(record), options_(options) {}

  void add(const ReportText& text);
  void add(const ReportImages& images);
  void add(const ReportSummary& summary);
  void add(const ReportCurves& curves);
  void add(const ReportTable& table);
  void add(const ReportBars& bars);
  void add(const ReportCompare& compare);
  void add(const ReportConfusion& confusion);
  void add(const ReportRoc& roc);
  void add(const ReportMistakes& mistakes);
  void add(const ReportHeatmap& heatmap);
  void add(const ReportSelection& selection);
  void add(const ReportClaim& claim);

  // The title of the second and later reports of a file.
  void open_report(const std::string& title);
  // What stands at the end of every page.
  void add_timing();
  void add_data();
  void add_reproduction();

  // All that was added, with its charts numbered.
  std::vector<Section> take();

 private:
  // Below the last heading of the prose, if there was one.
  Section& open(const std::string& title);
  Section& open(const std::string& title, int level);
  [[nodiscard]] std::vector<std::string> classes_of(const TrialRecord& trial) const;

  const RunRecord& record_;
  const ReportOptions& options_;
  std::vector<Section> sections_;
  std::set<std::string> ids_;
  bool below_heading_ = false;
  std::size_t next_claim_ = 0;
};

// The first `most` of the samples that are pictures, with their classes.
Gallery make_gallery(const SampleImages& samples, std::size_t most);
// "examples/cnn.nn" -> "cnn".
std::string file_stem(const std::string& path);
std::string join(const std::vector<std::string>& words);
// The points of an experiment, or the best of them.
TrialsRef trials_of(const std::string& experiment, TrialsRef::Pick pick = TrialsRef::Pick::All);
// "dropout", "dropout and best of grid", "all experiments".
std::string describe_all(const std::vector<TrialsRef>& trials);

}  // namespace nnc::rt
