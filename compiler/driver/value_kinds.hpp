// What may stand for the value of an option or argument, by the name that --help shows for it: "DIR",
// "PHASE", "fast|reference". Mistyped values are found with it, and shells complete with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nnc {

struct ValueKind {
  enum class Source : std::uint8_t {
    Anything,  // a number, a shape: nothing to choose from
    Words,     // `words`
    Programs,  // .nn files
    Folders,
    OfProgram,  // names that a program declares: `nnc names KIND FILE`
  };
  Source source = Source::Anything;
  std::string what = "value";      // one of it, in messages
  std::vector<std::string> words;  // of Source::Words
  bool only_words = false;         // any other word is a mistake
  bool several = false;            // separated by commas
  bool open = false;               // what follows a word belongs to it, as 2 to `epochs=`
};

// `name`: as --help shows it. Words between bars are a kind by themselves.
ValueKind value_kind(std::string_view name);

}  // namespace nnc
