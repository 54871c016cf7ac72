// What a value of a program is for, as far as it matters for the question whether test data leaks into it:
// the reasons and the advice differ. In: the scope around an expression. Out: the texts of E0509.
#pragma once

#include <string_view>

#include "compiler/sema/scope.hpp"

namespace nnc::sema {

struct LeakText {
  Purpose purpose;
  std::string_view results;  // what test results of `{}` do here; "" where no value is computed from results
  std::string_view part;     // what is wrong with naming the test part itself here
  std::string_view reason;   // why the reported test result would be too good
  std::string_view hint;     // what to do instead
};

const LeakText& leak_text(Purpose purpose);
// The purpose that the place gives, or the one of the statement in an experiment or data set.
Purpose purpose_of(const Scope& scope);

// Where `test`, if nothing else is called so, can only mean test results that would decide something.
bool decides_training(Place place);

// True if the expression names samples that must not be fitted on: `test`, `fashion.test`, `all`, `valid`.
bool names_held_out_samples(const ast::Expr& expr);

}  // namespace nnc::sema
