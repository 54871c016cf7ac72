// The entries of a report: what each takes, as one table. The parser knows the words from keywords.def; a
// test compares the lists.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace nnc::sema {

struct ReportWord {
  enum class Subject : std::uint8_t {
    Data,       // fashion.train
    Trials,     // an experiment, a point of it, best(...), worst(...)
    Selection,  // an experiment with `select`, as a whole
    Text,       // a literal
  };
  enum class Columns : std::uint8_t { None, Results, Numbers, Condition };

  std::string_view word;
  Subject subject;
  bool several;      // any number of subjects; otherwise one
  bool takes_all;    // `all` for all experiments
  bool takes_count;  // a number behind the subject
  Columns columns;
  bool needs_columns;
  std::string_view example;
};

// clang-format off
inline constexpr auto kReportWords = std::to_array<ReportWord>({
    // word        subject                         several  all    count  columns                         needed  example
    {"images",    ReportWord::Subject::Data,      false,   false, true,  ReportWord::Columns::None,      false,  "images fashion.train, 10"},
    {"summary",   ReportWord::Subject::Trials,    true,    false, false, ReportWord::Columns::None,      false,  "summary baseline"},
    {"curves",    ReportWord::Subject::Trials,    true,    true,  false, ReportWord::Columns::None,      false,  "curves baseline"},
    {"table",     ReportWord::Subject::Trials,    true,    true,  false, ReportWord::Columns::Results,   false,  "table epochs: test.accuracy, seconds"},
    {"bars",      ReportWord::Subject::Trials,    true,    true,  false, ReportWord::Columns::Numbers,   false,  "bars epochs: train.accuracy, test.accuracy"},
    {"compare",   ReportWord::Subject::Trials,    true,    true,  false, ReportWord::Columns::Numbers,   false,  "compare all: test.accuracy"},
    {"confusion", ReportWord::Subject::Trials,    false,   false, false, ReportWord::Columns::None,      false,  "confusion best(dropout)"},
    {"roc",       ReportWord::Subject::Trials,    false,   false, false, ReportWord::Columns::None,      false,  "roc best(dropout)"},
    {"mistakes",  ReportWord::Subject::Trials,    false,   false, true,  ReportWord::Columns::None,      false,  "mistakes best(dropout), 10"},
    {"heatmap",   ReportWord::Subject::Trials,    false,   false, false, ReportWord::Columns::Numbers,   true,   "heatmap grid: valid.accuracy"},
    {"selection", ReportWord::Subject::Selection, false,   false, false, ReportWord::Columns::None,      false,  "selection grid"},
    {"claim",     ReportWord::Subject::Text,      false,   false, false, ReportWord::Columns::Condition, true,   "claim \"some dropout helps\": best(dropout).rate > 0"},
});
// clang-format on

inline std::span<const ReportWord> report_words() { return kReportWords; }
// Null for a word that begins no entry.
inline const ReportWord* find_report_word(std::string_view word) {
  for (const ReportWord& known : kReportWords) {
    if (known.word == word) return &known;
  }
  return nullptr;
}

// best(E), worst(E): one point of an experiment.
inline bool is_pick_function(std::string_view name) { return name == "best" || name == "worst"; }

// Functions over results, which mean something else, or nothing, with other arguments.
inline bool is_report_function(std::string_view name, std::size_t arguments) {
  if (name == "mean" || name == "min" || name == "max") return arguments == 1;
  return is_pick_function(name) || name == "deviation" || name == "count";
}

}  // namespace nnc::sema
