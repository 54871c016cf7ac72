// Sweeps: the axes of an experiment and the types of their values. The branches of one sweep stand beside
// each other: each sees the axes before the sweep and its own, and all declare the same ones.
#include <algorithm>
#include <utility>

#include "compiler/sema/checker.hpp"

namespace nnc::sema {
namespace {

// The words of a sweep over choices, such as `[valid, same]`.
bool is_word_of(const std::set<std::string, std::less<>>& words, const ast::Expr& expr) {
  const auto* ref = std::get_if<ast::NameRef>(&expr.node);
  return ref != nullptr && words.contains(ref->name);
}

}  // namespace

void Checker::check_sweep(const ast::Sweep& sweep, Scope& scope, ExperimentFacts& facts) {
  scope.purpose = Purpose::Axis;
  std::vector<std::vector<CheckedAxis>> branches;
  for (const ast::SweepBranch& branch : sweep.branches)
    branches.push_back(check_branch(branch, scope, facts));
  if (branches.empty()) return;
  verify_equal_axes(sweep, branches);
  for (CheckedAxis& axis : branches.front()) {
    for (std::size_t other = 1; other < branches.size(); ++other) {
      const auto same = std::find_if(branches[other].begin(), branches[other].end(),
                                     [&](const auto& known) { return known.name.text == axis.name.text; });
      if (same != branches[other].end()) axis.type = join(axis.type, same->type);
    }
    const auto known = std::find_if(facts.axes.begin(), facts.axes.end(),
                                    [&](const auto& earlier) { return earlier.first == axis.name.text; });
    if (known == facts.axes.end()) {
      facts.axes.emplace_back(axis.name.text, axis.type);
    } else {
      known->second = axis.type;
    }
    const Span& first = facts.axis_names.emplace(axis.name.text, axis.name.span).first->second;
    for (const auto& branch : branches) {
      for (const CheckedAxis& same : branch) {
        if (same.name.text == axis.name.text) record_same_axis(same.name.span, first);
      }
    }
    declare(scope, {axis.name.text, axis.name.span, LocalKind::Axis, axis.type, true});
  }
}

std::vector<Checker::CheckedAxis> Checker::check_branch(const ast::SweepBranch& branch, Scope& scope,
                                                        const ExperimentFacts& facts) {
  std::vector<CheckedAxis> axes;
  scope.frames.emplace_back();
  for (const ast::SweepLine& line : branch.lines) {
    // Axes in one line go together: none of them is known to the values of the others.
    const std::size_t first = axes.size();
    for (const ast::SweepAxis& axis : line.axes)
      axes.push_back({axis.name, check_axis_values(axis, scope, facts)});
    for (std::size_t i = first; i < axes.size(); ++i) {
      const bool again = scope.find_here(axes[i].name.text) != nullptr;
      declare(scope, {axes[i].name.text, axes[i].name.span, LocalKind::Axis, axes[i].type, true});
      if (again) axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(i--));
    }
  }
  scope.frames.pop_back();
  return axes;
}

Type Checker::check_items(const ast::Expr& values, Scope& scope) {
  const bool before = std::exchange(arguments_may_follow_, true);
  Type type = check_expr(values, scope);
  arguments_may_follow_ = before;
  return type;
}

Type Checker::check_axis_values(const ast::SweepAxis& axis, Scope& scope, const ExperimentFacts& facts) {
  if (axis.values == nullptr) return {};
  const auto* list = std::get_if<ast::ListLiteral>(&axis.values->node);
  const bool has_words =
      list != nullptr && std::any_of(list->items.begin(), list->items.end(), [&](const auto& item) {
        const auto* ref = item ? std::get_if<ast::NameRef>(&item->node) : nullptr;
        return ref != nullptr && is_word_of(choice_words_, *item) && scope.find(ref->name) == nullptr &&
               find_global(scope, ref->name) == nullptr && find_builtin(ref->name) == nullptr;
      });
  if (has_words) {
    const std::vector<std::string> words(choice_words_.begin(), choice_words_.end());
    return check_value(axis.values, scope, list_of(choice_of(words))).element_type();
  }
  const Type values = check_items(*axis.values, scope);
  if (values.is(Kind::Space)) {
    if (!facts.has_sample) {
      sink_.report(diagnostics::UnsampledSpace, axis.values->span, axis.name.text)
          .hint("add a line such as `sample 20 points`, or list the values, as in `linspace(0, 1, 5)`");
    }
    return values.element_type();
  }
  return require(*axis.values, values, Kind::List) ? values.element_type() : Type{};
}

// One message per branch: for an axis that it lacks, or that only it has.
void Checker::verify_equal_axes(const ast::Sweep& sweep,
                                const std::vector<std::vector<CheckedAxis>>& branches) {
  const auto lacking = [](const std::vector<CheckedAxis>& from, const std::vector<CheckedAxis>& in) {
    return std::find_if(from.begin(), from.end(), [&](const CheckedAxis& axis) {
      return std::none_of(in.begin(), in.end(),
                          [&](const CheckedAxis& other) { return other.name.text == axis.name.text; });
    });
  };
  for (std::size_t i = 1; i < branches.size(); ++i) {
    if (const auto axis = lacking(branches[0], branches[i]); axis != branches[0].end()) {
      sink_.report(diagnostics::UnequalBranches, sweep.branches[i].span, axis->name.text)
          .here("missing in this branch")
          .label(axis->name.span, "an axis of the first branch")
          .hint("every branch gives it values, be it one: `" + axis->name.text + " in [0]`");
    } else if (const auto more = lacking(branches[i], branches[0]); more != branches[i].end()) {
      sink_.report(diagnostics::UnequalBranches, more->name.span, more->name.text)
          .here("an axis of this branch")
          .label(sweep.branches[0].span, "missing in the first branch")
          .hint("every branch gives it values, be it one: `" + more->name.text + " in [0]`");
    }
  }
}

}  // namespace nnc::sema
