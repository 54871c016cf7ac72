// A document as Markdown with its pictures beside it: for places that show text, and for comparing two runs.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/report/charts.hpp"
#include "runtime/report/emit.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/prose.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

std::string table_markdown(const Table& table) {
  std::string text;
  if (!table.caption.empty() && table.folded.empty()) text += "*" + escape_markdown(table.caption) + "*\n\n";
  text += "|";
  for (const Table::Column& column : table.columns) text += " " + escape_markdown(column.title) + " |";
  text += "\n|";
  for (const Table::Column& column : table.columns) text += column.number ? " ---: |" : " --- |";
  text += "\n";
  for (const Table::Row& row : table.rows) {
    text += "|";
    for (const Cell& cell : row.cells) {
      const bool strong = !cell.text.empty() && (cell.best || row.kind == Table::RowKind::Total);
      const std::string words = escape_markdown(cell.text);
      text += " " + (strong ? "**" + words + "**" : words) + " |";
    }
    text += "\n";
  }
  for (std::size_t i = 0; i < table.notes.size(); ++i)
    text += (i == 0 ? "\n" : " ") + escape_markdown(table.notes[i]);
  if (!table.notes.empty()) text += "\n";
  for (std::size_t i = 0; i < table.problems.size(); ++i) {
    text += (i == 0 ? "\n- " : "- ") + escape_markdown(table.problems[i]) + "\n";
  }
  if (table.folded.empty()) return text + "\n";
  return fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", escape_html(table.folded), text);
}

// A fence longer than any run of backticks in the text.
std::string fenced(const std::string& text) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + "\n" + text + (text.ends_with('\n') ? "" : "\n") + fence + "\n";
}

class Writer {
 public:
  MarkdownFiles write(const Document& document) {
    std::string text =
        fmt::format("# {}\n\n{}\n\n", escape_markdown(document.title), escape_markdown(document.byline));
    if (!document.banner.empty()) text += "> **" + escape_markdown(document.banner) + "**\n\n";
    for (const Headline& headline : document.headlines) {
      const std::string note = headline.note.empty() ? "" : " (" + escape_markdown(headline.note) + ")";
      text += fmt::format("- {}: **{}**{}\n", escape_markdown(headline.name), escape_markdown(headline.value),
                          note);
    }
    text += "\n";
    if (!document.claims.empty()) text += "## Claims\n\n";
    for (const ClaimBox& claim : document.claims) {
      text +=
          fmt::format("- **{}**: {}\n", sentence(verdict_word(claim.verdict)), escape_markdown(claim.text));
    }
    if (!document.claims.empty()) text += "\n";
    for (const Section& section : document.sections) {
      if (!section.title.empty()) {
        const char* level = section.opens_report ? "#" : section.level > 2 ? "###" : "##";
        text += fmt::format("{} {}\n\n", level, escape_markdown(section.title));
      }
      section_ = section.id;
      for (const Block& block : section.blocks) text += std::visit(*this, block);
    }
    files_.report = std::move(text);
    return std::move(files_);
  }

  std::string operator()(const Prose& prose) { return prose_markdown(prose.markdown) + "\n"; }
  std::string operator()(const Table& table) { return table_markdown(table); }
  std::string operator()(const ChartRow& row) {
    std::string text;
    for (const Chart& chart : row.charts) {
      text += fmt::format("**{}**\n\n", escape_markdown(chart.title));
      if (!chart.svg.empty()) text += picture(chart.title, standalone_svg(chart.svg, chart));
      if (!chart.note.empty()) text += escape_markdown(chart.note) + "\n\n";
      text += table_markdown(chart.data);
    }
    return text;
  }
  std::string operator()(const Gallery& gallery) { return picture(gallery.caption, gallery_svg(gallery)); }
  std::string operator()(const Facts& facts) {
    std::string text;
    for (const Facts::Fact& fact : facts.facts) {
      text += fmt::format("- {}: {}\n", escape_markdown(fact.name), escape_markdown(fact.text));
    }
    return text + "\n";
  }
  std::string operator()(const Listing& listing) {
    return fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", escape_html(listing.summary),
                       fenced(valid_text(listing.text)));
  }
  std::string operator()(const Note& note) { return escape_markdown(note.text) + "\n\n"; }
  std::string operator()(const ClaimBox& claim) {
    std::string text =
        fmt::format("> **Claim, {}:** {}\n", verdict_word(claim.verdict), escape_markdown(claim.text));
    if (!claim.condition.empty()) text += ">\n> " + escape_markdown(claim.condition) + "\n";
    if (!claim.evidence.empty()) text += ">\n> " + escape_markdown(claim.evidence) + "\n";
    return text + "\n";
  }

 private:
  std::string picture(const std::string& title, std::string svg) {
    const std::string path = fmt::format("figures/{:02}-{}-{}.svg", files_.figures.size() + 1,
                                         section_.empty() ? "figure" : section_, slug(title));
    files_.figures.emplace_back(path, std::move(svg));
    return fmt::format("![{}]({})\n\n", escape_markdown(title), path);
  }

  MarkdownFiles files_;
  std::string section_;
};

}  // namespace

MarkdownFiles emit_markdown(const Document& document) { return Writer().write(document); }

}  // namespace nnc::rt
