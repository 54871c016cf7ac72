// Text -> syntax tree.
#pragma once

#include <string>

#include "compiler/ast/ast.hpp"
#include "compiler/base/sink.hpp"
#include "compiler/base/source.hpp"
#include "compiler/parse/syntax_tree.hpp"
#include "compiler/parse/trivia.hpp"

namespace nnc {

struct ParsedFile {
  ast::Module module;
  Trivia trivia;
};

// Never fails and never throws: mistakes go to the sink, and what could be read comes back.
ParsedFile parse_file(const SourceMap& sources, FileId file, Sink& sink);

// The same with the parse tree, for those who need every word where it stands.
struct ParsedText {
  ParsedFile file;
  syntax::Tree tree;
};
ParsedText parse_text(const SourceMap& sources, FileId file, Sink& sink);

// The concrete parse tree, one rule per line with its byte range: `--dump=parse`.
std::string print_parse_tree(const SourceMap& sources, FileId file);

}  // namespace nnc
