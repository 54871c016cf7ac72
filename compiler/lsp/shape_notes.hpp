// What the lines of models come to, put together from all trials: output shapes, parameters, operations.
#pragma once

#include <string>
#include <vector>

#include "compiler/lsp/documents.hpp"

namespace nnc::lsp {

// A statement as some of the models build it.
struct ShapeVariant {
  std::string output;  // "26x26x32", or of a loop "256, then 128"
  std::int64_t parameters = 0;
  std::int64_t other_parameters = 0;
  double flops = 0;
  std::vector<std::string> models;  // "depth: hidden = [256]"
};

struct ShapeNote {
  std::uint32_t begin = 0;  // the statement, in the present text
  std::uint32_t end = 0;
  std::vector<ShapeVariant> variants;  // in the order of the experiments
};

// Of the last text whose shapes are known, without what was changed since.
std::vector<ShapeNote> shape_notes(const Document& document);

// "26x26x32 or 13x13x32": short enough for the end of a line.
std::string outputs_text(const ShapeNote& note);
// Markdown for a hover.
std::string describe_shapes(const ShapeNote& note);
// "1.2 M", "345"
std::string short_number(double number);

}  // namespace nnc::lsp
