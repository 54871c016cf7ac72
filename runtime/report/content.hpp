// What a report says, before it is HTML or Markdown: sections of prose, tables, charts, pictures,
// facts and claims.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/plan/study_plan.hpp"
#include "runtime/record/record.hpp"
#include "runtime/report/report.hpp"

namespace nnc::rt {

struct Cell {
  std::string text = {};
  bool best = false;  // the best of its column
};

struct Table {
  struct Column {
    std::string title = {};
    bool number = false;  // aligned to the right
    bool code = false;    // identifiers and hashes
  };
  enum class RowKind : std::uint8_t { Normal, Failed, Total };
  struct Row {
    std::vector<Cell> cells = {};  // one per column
    RowKind kind = RowKind::Normal;
  };
  std::string caption = {};
  std::vector<Column> columns = {};
  std::vector<Row> rows = {};
  std::vector<std::string> notes = {};
  std::vector<std::string> problems = {};  // one line each
  std::string folded = {};                 // not empty: shown on demand under this name
};

// Markdown with results in place; a value stands between kValueBegin and kValueEnd.
struct Prose {
  std::string markdown = {};
};
inline constexpr const char* kValueBegin = "\uE000";
inline constexpr const char* kValueEnd = "\uE001";

struct Chart {
  std::string title = {};
  std::string description = {};    // the picture in words
  std::string specification = {};  // Vega-Lite, JSON; empty if there is too much to draw
  std::string interactive = {};    // the same with values under the pointer
  std::string note = {};           // what the reader must know to read it
  Table data = {};
  bool wide = false;       // needs the width of the page
  std::size_t number = 0;  // place among all charts of the document
  std::string svg = {};    // empty until rendered, or if it cannot be
};

struct ChartRow {
  std::vector<Chart> charts = {};
};

struct Gallery {
  struct Picture {
    std::string png = {};
    std::vector<std::string> lines = {};  // below the picture, most important first
  };
  std::string caption = {};
  int width = 0;
  int height = 0;
  std::vector<Picture> pictures = {};
};

struct Facts {
  struct Fact {
    std::string name = {};
    std::string text = {};
    bool code = false;
  };
  std::vector<Fact> facts = {};
};

struct Listing {
  std::string summary = {};
  std::string text = {};
};

struct Note {
  std::string text = {};
};

// A claim of the report and what the records say to it.
struct ClaimBox {
  Verdict verdict = Verdict::Inconclusive;
  std::string text = {};
  std::string condition = {};
  std::string evidence = {};
  std::string id = {};
};

using Block = std::variant<Prose, Table, ChartRow, Gallery, Facts, Listing, Note, ClaimBox>;

struct Section {
  std::string title = {};  // may be empty
  std::string id = {};
  int level = 2;              // of the title; 3 stands below the 2 before it
  bool opens_report = false;  // the title of a further report of the same file
  std::vector<Block> blocks = {};
};

// One number of the whole run, large.
struct Headline {
  std::string name = {};
  std::string value = {};
  std::string note = {};
};

struct Document {
  std::string title = {};
  std::string byline = {};
  std::string banner = {};  // a warning about everything below
  std::vector<Headline> headlines = {};
  std::vector<ClaimBox> claims = {};  // all of them, to be listed near the top
  std::vector<Section> sections = {};
};

Document build_document(const std::vector<ReportPlan>& plans, const RunRecord& record,
                        const ReportOptions& options = {});
// All charts in the order of their numbers.
std::vector<Chart*> charts_of(Document& document);

}  // namespace nnc::rt
