// A study for the real executor: a softmax regression, written as a graph, is differentiated, planned and
// trained on images of 4 x 4 with one bright row, which is the class.
#pragma once

#include "runtime/train/study.hpp"
#include "tests/unit/data_files.hpp"

namespace nnc::test {

struct Regression {
  double rate = 1;      // of learning
  double momentum = 0;  // a state of the optimizer, if it is not 0
  bool noise = false;   // random numbers in every step
};

// All trials are the same but for what their plans say.
rt::StudyCompiler regression_compiler(const Regression& how);

void write_rows(const TemporaryFolder& folder, std::uint32_t train, std::uint32_t test);
// 301 and 613 samples, and one trial.
StudyPlan rows_study(const TemporaryFolder& folder);

rt::RunRecord run_rows(const StudyPlan& plan, const rt::StudyCompiler& compiler,
                       const rt::RunOptions& options);

}  // namespace nnc::test
