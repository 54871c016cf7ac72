// What the files of this room share.
#pragma once

#include "runtime/metrics/metrics.hpp"

namespace nnc::rt {

// Two classes may be given as one column.
template <class T>
std::size_t class_count(const ScoredSamples<T>& samples) {
  return samples.columns == 1 ? 2 : samples.columns;
}

// roc_auc; `pairs` true: one against one, false: one against the rest.
double area_under_roc(const ScoredSamples<float>& samples, bool pairs);
double area_under_roc(const ScoredSamples<double>& samples, bool pairs);

}  // namespace nnc::rt
