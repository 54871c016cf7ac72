// docs/reference.md, written from the tables and the docstrings of the standard library.
#pragma once

#include <string>

namespace nnc::test {

std::string reference_page();

}  // namespace nnc::test
