// The finished trials of an output folder, from all runs that wrote there: what a run need not train again.
// Kept in trials.json, by identity; the predictions lie beside it.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "compiler/base/result.hpp"
#include "compiler/driver/env.hpp"
#include "runtime/record/record.hpp"

namespace nnc {

// Not for several threads at once: run_study calls back from one at a time.
class TrialStore {
 public:
  TrialStore(const Env& env, std::string folder);

  // Reads what earlier runs left. Empty, or why it cannot be used; then the file is put aside and the run
  // begins anew.
  std::string load();
  // Null if it is not known. The answer is valid until the next call.
  [[nodiscard]] const rt::TrialRecord* find(const std::string& identity) const;

  // Adds a finished trial; one that was trained anew takes the place of what was known. Written to disk at
  // once, unless that would cost more than a little of the time.
  void add(const rt::TrialRecord& trial);
  // Also tells, before anything is trained, whether the folder can be written at all.
  Status write();

 private:
  std::string merge();

  const Env& env_;
  std::string path_;
  std::filesystem::file_time_type seen_{};  // the file as it was last read or written
  std::map<std::string, rt::TrialRecord> trials_;
  double next_write_ = 0;
};

}  // namespace nnc
