// Between the checker and the expansion of a study: whether it makes sense to go on, and which mistakes of
// both are the same.
#pragma once

#include "compiler/base/sink.hpp"

namespace nnc {

// Nothing can be evaluated while parts of the program are missing or declarations go in circles.
bool can_be_expanded(const Sink& sink);

// Shapes are also looked at when names or types are wrong elsewhere, so that independent mistakes come
// together. What overlaps a place that is already known to be wrong is the same mistake seen twice.
void add_new_mistakes(const Sink& from, Sink& to);

}  // namespace nnc
