// The data of a study: each declaration is read and looked at once.
#pragma once

#include <map>
#include <optional>

#include "compiler/lower/evaluator.hpp"
#include "compiler/lower/study.hpp"

namespace nnc {

class DataSets {
 public:
  DataSets(Evaluator& evaluator, const StudyOptions& options, StudyPlan& plan)
      : evaluator_(evaluator), options_(options), plan_(plan) {}

  // The index of a data set in the plan, where it is added at first use; empty if it cannot be read
  // (reported).
  std::optional<std::size_t> index(const ast::Declaration& declaration, const Span& used_at);

 private:
  std::optional<DataPlan> read(const ast::DataDecl& data, const Span& used_at);
  bool read_settings(const ast::DataDecl& data, DataPlan& plan);
  bool read_scale(const ast::Setting& setting, DataPlan& plan);
  bool read_classes(const ast::Setting& setting, DataPlan& plan);
  bool inspect(const ast::DataDecl& data, const Span& written_at, const Span& used_at, DataPlan& plan);

  Evaluator& evaluator_;
  const StudyOptions& options_;
  StudyPlan& plan_;
  std::map<const ast::Declaration*, std::optional<std::size_t>> known_;
};

}  // namespace nnc
