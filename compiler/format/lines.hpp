// The lines of the text that is being written: indentation, blanks and line ends are kept back until a word
// needs them, so that none is left at the end of a line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nnc::format {

class Lines {
 public:
  // The column of the next word, from 0.
  [[nodiscard]] int column() const;

  void word(std::string_view text);  // prose may have lines of its own, which are kept to the byte
  void blank() { blank_ = true; }
  void end_line(int newlines);
  // Behind what was written last if that is possible and wanted, else on a line of its own.
  void comment(std::string_view text, bool own_line, int newlines, int column);

  // Everything, with the comments behind lines put into their columns.
  std::string finish(std::string_view line_end);

  int indent = 0;  // of the lines that begin from now on

 private:
  struct Line {
    std::string code = {};
    std::string_view comment = {};
    int comment_column = 0;  // in the source
    bool is_comment = false;
    bool in_prose = false;  // it ends within prose
  };

  void begin_word();
  void align_comments();

  std::vector<Line> lines_;
  int column_ = 0;
  int newlines_ = 1;  // to be written before the next word
  bool blank_ = false;
};

}  // namespace nnc::format
