// Facts of a data folder.
#include "compiler/driver/inspect_data.hpp"

#include "runtime/data/idx.hpp"

namespace nnc {

Result<DataFacts> inspect_data(const std::string& directory) {
  const Result<rt::IdxFacts> read = rt::inspect_idx_folder(directory);
  if (!read) return read.failure();
  const rt::IdxFacts& facts = read.value();
  return DataFacts{facts.sample_shape, facts.train_count, facts.test_count, facts.class_count};
}

}  // namespace nnc
