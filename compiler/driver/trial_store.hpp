// The finished trials of an output folder, from all runs that wrote there: what a run need not train again.
// Kept in trials.json, by identity; the predictions lie beside it.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "compiler/base/result.hpp"
#include "compiler/driver/env.hpp"
#include "runtime/record/record.hpp"

namespace nnc {

class TrialStore {
 public:
  TrialStore(const Env& env, std::string folder);

  // Reads what earlier runs left. Empty, or why it cannot be used; the run then begins anew.
  std::string load();
  // Null if it is not known. Any thread may ask; the answer stays valid.
  [[nodiscard]] const rt::TrialRecord* find(const std::string& identity) const;

  // Adds a finished trial. Written to disk at once, unless that would cost more than a little of the time.
  void add(const rt::TrialRecord& trial);
  // Also tells, before anything is trained, whether the folder can be written at all.
  Status write();

 private:
  const Env& env_;
  std::string path_;
  mutable std::mutex lock_;
  std::map<std::string, rt::TrialRecord> trials_;
  double next_write_ = 0;
};

}  // namespace nnc
