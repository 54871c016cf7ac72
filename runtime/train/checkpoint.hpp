// A state of training as a file, and back; and the weights alone, for who only wants to use them.
#pragma once

#include <string>

#include "compiler/base/result.hpp"
#include "runtime/store/tensor_file.hpp"
#include "runtime/train/machinery.hpp"
#include "runtime/train/training.hpp"

namespace nnc::rt {

// Everything that training needs to go on with the same bits: slots, best states, histories, means. Refers to
// the memory of the machinery and to `state`, which must not change while it is used.
TensorFile checkpoint_file(const Machinery& machinery, const TrainingState& state);
// Fills the memory of the machinery and gives the state. Fails, and the memory means nothing, if the file is
// of another network or lacks the best state by a rule of the machinery.
Result<TrainingState> restore_checkpoint(const TensorFile& file, const Machinery& machinery);

// What was learned: parameters and kept state, in the order of their declaration, without the optimizer's
// state.
TensorFile weights_file(const StepPlan& plan, const Memory& state);
// Fails if the file is of another network.
Status restore_weights(const TensorFile& file, const StepPlan& plan, const Memory& state);
// SHA-256 of the numbers alone, whatever the layers are called.
std::string hash_weights(const StepPlan& plan, const Memory& state);

}  // namespace nnc::rt
