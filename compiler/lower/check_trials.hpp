// Checks every shape of every trial by building the graphs that training and evaluation will build, each
// different one once.
#pragma once

#include "compiler/lower/experiments.hpp"
#include "compiler/lower/point_mistakes.hpp"

namespace nnc {

// Fills in what is known of the trials' layers and parameters then. In: what the expander made.
void check_trials(const Evaluator& evaluator, const StudyOptions& options, Study& study,
                  ExperimentExpander& expander, PointMistakes& mistakes);

}  // namespace nnc
