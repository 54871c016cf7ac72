// See unread_axes.hpp.
#include "compiler/sema/unread_axes.hpp"

#include <algorithm>
#include <map>

#include "compiler/sema/ast_walk.hpp"

namespace nnc::sema {
namespace {

void read_names(const ast::ExprPtr& expr, NameSet& names) {
  if (expr == nullptr) return;
  any_of_nodes(*expr, [&](const ast::Expr& node) {
    if (const auto* name = std::get_if<ast::NameRef>(&node.node)) names.insert(name->name);
    return false;
  });
}

// Among the values of an axis its name is something else.
void read_sweep(const ast::Sweep& sweep, NameSet& names) {
  for (const ast::SweepBranch& branch : sweep.branches) {
    for (const ast::SweepLine& line : branch.lines) {
      NameSet values;
      for (const ast::SweepAxis& axis : line.axes) read_names(axis.values, values);
      for (const ast::SweepAxis& axis : line.axes) values.erase(axis.name.text);
      names.merge(values);
    }
  }
}

void read_train(const ast::Train& train, const NameSet& replaced, NameSet& names) {
  read_names(train.model, names);
  read_names(train.data, names);
  read_names(train.recipe, names);
  for (const ast::Setting& setting : train.overrides) {
    if (!replaced.contains(setting.key.text)) read_names(setting.value, names);
  }
}

NameSet names_read(const std::vector<const ast::ExperimentStatement*>& statements, const NameSet& replaced) {
  NameSet names;
  const auto read = [&](const ast::ExprPtr& expr) { read_names(expr, names); };
  for (const ast::ExperimentStatement* statement : statements) {
    std::visit(ast::Overloaded{
                   [&](const ast::Sweep& sweep) { read_sweep(sweep, names); },
                   [&](const ast::Sample& sample) { read(sample.count); },
                   [&](const ast::Where& where) { read(where.condition); },
                   [&](const ast::Train& train) { read_train(train, replaced, names); },
                   [&](const ast::RepeatSeeds& repeat) { read(repeat.count); },
                   [&](const ast::SelectBest& selection) {
                     read(selection.metric);
                     read(selection.validation);
                   },
                   [&](const ast::Validate& validate) { read(validate.validation); },
                   [&](const ast::StopEarly& stop) {
                     read(stop.metric);
                     read(stop.patience);
                   },
               },
               statement->node);
  }
  return names;
}

bool has_one_value(const ast::SweepAxis& axis) {
  const auto* list = axis.values ? std::get_if<ast::ListLiteral>(&axis.values->node) : nullptr;
  return list != nullptr && list->items.size() == 1;
}

// True if the axis has other values only where an axis that is read has: it names their points.
bool names_points(const ast::SweepAxis& axis, const ast::SweepLine& line, const ast::Sweep& sweep,
                  const NameSet& read) {
  if (sweep.branches.size() > 1 && has_one_value(axis)) return true;
  return std::any_of(line.axes.begin(), line.axes.end(),
                     [&](const ast::SweepAxis& other) { return read.contains(other.name.text); });
}

}  // namespace

bool reads_name(const ast::Expr& expr, std::string_view name) {
  return any_of_nodes(expr, [&](const ast::Expr& node) {
    const auto* read = std::get_if<ast::NameRef>(&node.node);
    return read != nullptr && read->name == name;
  });
}

std::vector<const ast::Name*> unread_axes(const std::vector<const ast::ExperimentStatement*>& statements,
                                          const NameSet& replaced) {
  const NameSet read = names_read(statements, replaced);
  std::map<std::string, const ast::Name*, std::less<>> unread;  // the last declaration counts
  for (const ast::ExperimentStatement* statement : statements) {
    const auto* sweep = std::get_if<ast::Sweep>(&statement->node);
    if (sweep == nullptr) continue;
    NameSet here;
    for (const ast::SweepBranch& branch : sweep->branches) {
      for (const ast::SweepLine& line : branch.lines) {
        for (const ast::SweepAxis& axis : line.axes) {
          if (read.contains(axis.name.text)) continue;
          if (here.insert(axis.name.text).second) unread.erase(axis.name.text);
          if (!names_points(axis, line, *sweep, read)) unread.emplace(axis.name.text, &axis.name);
        }
      }
    }
  }
  std::vector<const ast::Name*> names;
  for (const auto& [text, name] : unread) names.push_back(name);
  return names;
}

}  // namespace nnc::sema
