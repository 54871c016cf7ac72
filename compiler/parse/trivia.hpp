// Comments, which the syntax tree does not hold and the formatter must keep.
#pragma once

#include <vector>

#include "compiler/base/source.hpp"

namespace nnc {

struct Comment {
  Span span;              // from the `#`, without the line break
  bool own_line = false;  // nothing but blanks before it on its line
};

struct Trivia {
  std::vector<Comment> comments;  // in order
};

}  // namespace nnc
