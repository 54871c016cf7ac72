// What can be missing in a program, as data that needs no PEGTL; messages.hpp has the table.
#pragma once

#include <string_view>

namespace nnc::grammar {

// The kind of thing that is missing, for the hints and for the choice of the diagnostic.
enum class missing {
  Thing,
  Value,
  Name,
  Word,
  Equals,
  SettingColon,
  Block,
  Closing,
  StringEnd,
  ProseEnd,
  NumberEnd,
  LineEnd,
  Else,
  Statement,
  Setting,
  ExperimentStatement,
  ReportEntry,
  Declaration,
};

struct expectation {
  std::string_view what;
  missing kind = missing::Thing;
  // What it follows, if that says more than the token before it.
  std::string_view after = {};
  // A valid example, if one helps whatever was found.
  std::string_view hint = {};
};

}  // namespace nnc::grammar
