// What the tests of the store share: records, a store as a killed program leaves it, other programs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/record/record.hpp"
#include "runtime/store/store.hpp"
#include "tests/unit/data_files.hpp"

namespace nnc::test {

// 64 hexadecimal digits.
std::string identity_of(int number);
// As a trial leaves it, about 4 KB as text. Trials whose numbers agree modulo 10 have the same state.
rt::TrialRecord trial(int number);
// One tensor of some numbers.
rt::TensorFile tensors(std::vector<float>& numbers);
rt::CheckpointInfo checkpoint(const std::string& base, const std::string& state, std::int64_t epoch);

std::unique_ptr<rt::Store> opened(const std::string& folder, bool read_only = false);
// A whole store whose record of this trial is one that this nnc cannot read, as a later one may write it. It
// is intact, in both places.
void make_foreign(const std::string& folder, const rt::TrialRecord& record);
// Whether the store has exactly this record.
bool knows(rt::Store& store, const rt::TrialRecord& record);

std::string content_of(const std::string& path);
void write_content(const std::string& path, const std::string& content);
std::vector<std::string> files_under(const std::string& folder);  // relative, sorted
void copy_folder(const std::string& from, const std::string& to);

// Runs `work` as another program. What it gives is the exit code; a check that fails in it must end it with
// another.
int start_program(const std::function<int()>& work);  // gives its number
int end_of_program(int program);                      // its exit code, 128 + n if signal n ended it
int run_program(const std::function<int()>& work);

}  // namespace nnc::test
