// What a call may give: the parameters of a declaration or a builtin, with their types, and what comes back.
#pragma once

#include <string>
#include <vector>

#include "compiler/sema/type.hpp"

namespace nnc::sema {

struct SignatureParameter {
  std::string name;
  Type type;
  bool required = true;
  bool accepts_none = false;  // its default is `none`
  bool is_column = false;     // a result without its experiment, which its own rules check
  Span span;                  // nowhere for builtins
};

struct Signature {
  std::string name;
  std::vector<SignatureParameter> parameters;
  Type result;
  Span span;                // the name at its declaration; nowhere for builtins
  bool is_complete = true;  // false: the parameters could not all be read
};

// "x: tensor, axes: [int] = all -> tensor" of builtins.def, read once.
const Signature& builtin_signature(const BuiltinInfo& info);

// "`dense(units: int, activation: layer)`": optional parameters have a `?`
std::string print_signature(const Signature& signature);

// "no arguments", "1 argument", "2 arguments"; "1 is", "2 are": as "`f` takes .., but .. given" needs them.
std::string count_of_arguments(std::size_t count);
std::string given_text(std::size_t count);

// True if one tensor is all it needs, so that it can be used as a layer.
bool takes_one_tensor(const Signature& signature);

}  // namespace nnc::sema
