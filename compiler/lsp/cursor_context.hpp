// What surrounds the cursor, read from the text alone, which may be broken: in which block it stands, in
// which call, behind which words. Completion and signature help ask it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/parse/outline.hpp"

namespace nnc::lsp {

struct OpenCall {
  std::string callee;
  std::uint32_t callee_begin = 0;
  std::size_t argument = 0;        // which one the cursor is in, from 0
  std::string name;                // of that argument; "" if it has none (yet)
  std::vector<std::string> names;  // of the arguments before it
  bool in_list = false;            // in a list that is the argument
};

struct CursorContext {
  enum class Block : std::uint8_t { File, Body, Experiment, Sweep, Report, Settings };

  bool opaque = false;            // in a comment or string
  std::uint32_t word_begin = 0;   // of the word that is being typed
  std::uint32_t declaration = 0;  // where the declaration around begins
  Block block = Block::File;
  std::string owner;                  // the word that the block follows: "recipe", "train", "data", "model"
  std::string_view statement;         // the statement, entry or setting up to the word
  std::vector<std::string> keys;      // of the settings before this one
  std::string chain;                  // behind a point: what stands before it, such as `best(grid).test`
  std::optional<OpenCall> call;       // the innermost one
  std::string point_of;               // inside of `name[`: the name
  bool in_list = false;               // inside of a list that is no call's argument
  std::vector<std::uint32_t> blocks;  // the open braces around, innermost first
};

CursorContext cursor_context(std::string_view text, std::uint32_t position);

// The braces that are open at places of one text, which it reads once.
class OpenBlocks {
 public:
  explicit OpenBlocks(std::string_view text) : text_(text), outline_(read_outline(text)) {}

  // Innermost first, up to the declaration around the position.
  [[nodiscard]] std::vector<std::uint32_t> at(std::uint32_t position) const;

 private:
  std::string_view text_;
  Outline outline_;
};

std::string_view first_word(std::string_view text);
// The last word of a text; "" if it ends with something else than blanks behind a word.
std::string_view last_word(std::string_view text);

}  // namespace nnc::lsp
