// A document as one HTML page that loads nothing: style, pictures, charts and their engine are inside.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/report/assets.hpp"
#include "runtime/report/emit.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/prose.hpp"
#include "runtime/results/value_text.hpp"

namespace nnc::rt {
namespace {

// Refuses every request, whatever is in the page. The chart engine compiles expressions at run time.
constexpr const char* kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'; img-src data:";

std::string cell_class(const Table::Column& column, const Cell& cell) {
  std::string names;
  if (column.number) names += " number";
  if (column.code) names += " code";
  if (cell.best) names += " best";
  return names.empty() ? "" : fmt::format(" class=\"{}\"", names.substr(1));
}

std::string row_class(Table::RowKind kind) {
  switch (kind) {
    case Table::RowKind::Normal:
      return "";
    case Table::RowKind::Failed:
      return " class=\"failed\"";
    case Table::RowKind::Total:
      return " class=\"total\"";
  }
  return "";
}

std::string table_html(const Table& table) {
  const std::string label =
      table.caption.empty() ? (table.folded.empty() ? "Table" : table.folded) : table.caption;
  std::string html = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table>", escape_html(label));
  if (!table.caption.empty() && table.folded.empty()) {
    html += fmt::format("<caption>{}</caption>", escape_html(table.caption));
  }
  html += "<thead><tr>";
  for (const Table::Column& column : table.columns) {
    html += fmt::format("<th scope=\"col\"{}>{}</th>", cell_class(column, {}), escape_html(column.title));
  }
  html += "</tr></thead><tbody>\n";
  for (const Table::Row& row : table.rows) {
    html += fmt::format("<tr{}>", row_class(row.kind));
    for (std::size_t i = 0; i < row.cells.size() && i < table.columns.size(); ++i) {
      const Cell& cell = row.cells[i];
      const char* mark = cell.best ? "<span class=\"unseen\"> (best)</span>" : "";
      html +=
          fmt::format("<td{}>{}{}</td>", cell_class(table.columns[i], cell), escape_html(cell.text), mark);
    }
    html += "</tr>\n";
  }
  html += "</tbody></table></div>";
  if (!table.notes.empty()) {
    html += "<p class=\"note\">";
    for (const std::string& note : table.notes) html += escape_html(note) + " ";
    html.back() = '<';
    html += "/p>";
  }
  if (!table.problems.empty()) {
    html += "<ul class=\"problems\">";
    for (const std::string& problem : table.problems) html += "<li>" + escape_html(problem) + "</li>";
    html += "</ul>";
  }
  if (table.folded.empty()) return html + "\n";
  return fmt::format("<details><summary>{}</summary>{}</details>\n", escape_html(table.folded), html);
}

std::string chart_html(const Chart& chart) {
  std::string picture = "<p class=\"note\">This chart was not drawn; its data follows.</p>";
  if (!chart.svg.empty()) {
    picture = fmt::format(
        "<div class=\"chart\" tabindex=\"0\" role=\"img\" aria-label=\"{}\" data-chart=\"{}\">{}</div>",
        escape_html(chart.title + ". " + chart.description), chart.number, chart.svg);
  }
  const std::string note =
      chart.note.empty() ? "" : fmt::format("<p class=\"note\">{}</p>", escape_html(chart.note));
  return fmt::format("<figure><figcaption>{}</figcaption>{}{}{}</figure>\n", escape_html(chart.title),
                     picture, note, table_html(chart.data));
}

// Small pictures are enlarged by a whole number, so that their pixels stay square.
int picture_scale(const Gallery& gallery) {
  const int side = std::max({gallery.width, gallery.height, 1});
  return std::max(1, 84 / side);
}

std::size_t lines_of(const Gallery& gallery) {
  std::size_t most = 0;
  for (const Gallery::Picture& picture : gallery.pictures) most = std::max(most, picture.lines.size());
  return most;
}

// A sign beside the word, so that colour is not all there is.
const char* verdict_sign(Verdict verdict) {
  switch (verdict) {
    case Verdict::Supported:
      return "✓";
    case Verdict::Refuted:
      return "✗";
    case Verdict::Inconclusive:
      return "?";
  }
  return "";
}

std::string verdict_html(Verdict verdict) {
  return fmt::format("<b class=\"verdict {0}\"><span aria-hidden=\"true\">{1}</span> {2}</b>",
                     verdict_word(verdict), verdict_sign(verdict), sentence(verdict_word(verdict)));
}

std::string claim_html(const ClaimBox& claim) {
  std::string html = fmt::format(
      "<aside class=\"claim {}\" id=\"{}\" aria-label=\"Claim\">{}<p class=\"text\">{}</p>\n",
      verdict_word(claim.verdict), claim.id, verdict_html(claim.verdict), escape_html(claim.text));
  if (!claim.condition.empty()) {
    html += fmt::format("<p class=\"condition\"><code>{}</code></p>\n", escape_html(claim.condition));
  }
  if (!claim.evidence.empty()) html += fmt::format("<p class=\"note\">{}</p>\n", escape_html(claim.evidence));
  return html + "</aside>\n";
}

// All claims with their verdicts, near the top.
std::string claims_html(const Document& document) {
  if (document.claims.empty()) return "";
  std::string html =
      "<section id=\"claims\" class=\"claims\" aria-labelledby=\"claims-title\">"
      "<h2 id=\"claims-title\">Claims</h2><ul>\n";
  for (const ClaimBox& claim : document.claims) {
    html += fmt::format("<li>{}<a href=\"#{}\">{}</a></li>\n", verdict_html(claim.verdict), claim.id,
                        escape_html(claim.text));
  }
  return html + "</ul></section>\n";
}

struct BlockWriter {
  std::string operator()(const Prose& prose) const {
    return "<div class=\"prose\">" + prose_html(prose.markdown) + "</div>\n";
  }
  std::string operator()(const Table& table) const { return table_html(table); }
  std::string operator()(const ChartRow& row) const {
    const bool wide = std::ranges::any_of(row.charts, &Chart::wide);
    std::string html = fmt::format("<div class=\"charts{}\">\n", wide                     ? " wide"
                                                                 : row.charts.size() == 1 ? " single"
                                                                                          : "");
    for (const Chart& chart : row.charts) html += chart_html(chart);
    return html + "</div>\n";
  }
  std::string operator()(const Gallery& gallery) const {
    const int scale = picture_scale(gallery);
    std::string html =
        fmt::format("<figure class=\"wide\"><figcaption>{}</figcaption><ul class=\"gallery{}\">\n",
                    escape_html(gallery.caption), lines_of(gallery) > 1 ? " tall" : "");
    for (const Gallery::Picture& picture : gallery.pictures) {
      std::string alt;
      std::string lines;
      for (const std::string& line : picture.lines) {
        alt += (alt.empty() ? "" : ", ") + escape_html(line);
        lines += "<span>" + escape_html(line) + "</span>";
      }
      html += fmt::format(
          "<li><img src=\"data:image/png;base64,{}\" width=\"{}\" height=\"{}\" alt=\"{}\">{}</li>\n",
          base64(picture.png), gallery.width * scale, gallery.height * scale, alt, lines);
    }
    return html + "</ul></figure>\n";
  }
  std::string operator()(const Facts& facts) const {
    std::string html = "<dl class=\"facts\">\n";
    for (const Facts::Fact& fact : facts.facts) {
      const std::string text = escape_html(fact.text);
      html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape_html(fact.name),
                          fact.code ? "<code>" + text + "</code>" : text);
    }
    return html + "</dl>\n";
  }
  std::string operator()(const Listing& listing) const {
    return fmt::format("<details><summary>{}</summary><pre tabindex=\"0\"><code>{}</code></pre></details>\n",
                       escape_html(listing.summary), escape_html(listing.text));
  }
  std::string operator()(const Note& note) const {
    return fmt::format("<p class=\"note\">{}</p>\n", escape_html(note.text));
  }
  std::string operator()(const ClaimBox& claim) const { return claim_html(claim); }
};

std::string headline_html(const Document& document) {
  std::string html = fmt::format("<header><h1>{}</h1><p class=\"byline\">{}</p>\n",
                                 escape_html(document.title), escape_html(document.byline));
  if (!document.banner.empty()) {
    html += fmt::format("<p class=\"banner\"><span aria-hidden=\"true\">⚠</span> {}</p>\n",
                        escape_html(document.banner));
  }
  html += "<ul class=\"tiles\">\n";
  for (const Headline& headline : document.headlines) {
    html += fmt::format("<li><span class=\"name\">{}</span><b>{}</b><span class=\"where\">{}</span></li>\n",
                        escape_html(headline.name), escape_html(headline.value), escape_html(headline.note));
  }
  return html + "</ul></header>\n";
}

std::string contents_html(const Document& document) {
  std::string html = "<nav aria-label=\"Contents\"><details open><summary>Contents</summary><ol>\n";
  if (!document.claims.empty()) html += "<li><a href=\"#claims\">Claims</a></li>\n";
  for (const Section& section : document.sections) {
    if (section.title.empty()) continue;
    const char* kind = section.opens_report ? " class=\"opens\"" : section.level > 2 ? " class=\"sub\"" : "";
    html += fmt::format("<li{}><a href=\"#{}\">{}</a></li>\n", kind, section.id, escape_html(section.title));
  }
  // On a narrow screen the contents would hide what they are of.
  return html +
         "</ol></details></nav>\n<script>if (matchMedia(\"(max-width: 75.9rem)\").matches) "
         "document.querySelector(\"nav details\").open = false;</script>\n";
}

std::string section_html(const Section& section) {
  std::string html;
  if (section.title.empty()) {
    html = "<div class=\"part\">\n";
  } else {
    const char* kind = section.opens_report                    ? " class=\"opens\""
                       : section.level > 2                     ? " class=\"sub\""
                       : section.id == "reproduce-this-report" ? " class=\"box\""
                                                               : "";
    html = fmt::format(
        "<section id=\"{0}\"{1} aria-labelledby=\"{0}-title\"><h{3} id=\"{0}-title\">{2}</h{3}>\n",
        section.id, kind, escape_html(section.title), section.level);
  }
  for (const Block& block : section.blocks) html += std::visit(BlockWriter{}, block);
  return html + (section.title.empty() ? "</div>\n" : "</section>\n");
}

// The specifications of all charts by number, and the packed engine that draws them again under the pointer.
std::string engine_html(const Document& document) {
  std::string specifications;
  bool drawn = false;
  for (const Section& section : document.sections) {
    for (const Block& block : section.blocks) {
      const auto* row = std::get_if<ChartRow>(&block);
      if (row == nullptr) continue;
      for (const Chart& chart : row->charts) {
        specifications +=
            (specifications.empty() ? "" : ",\n") + (chart.svg.empty() ? "null" : chart.interactive);
        drawn = drawn || !chart.svg.empty();
      }
    }
  }
  if (!drawn) return "";
  return fmt::format(
      "<script type=\"application/json\" id=\"chart-specs\">[{}]</script>\n"
      "<script type=\"text/plain\" id=\"chart-engine\">{}</script>\n<script>{}</script>\n",
      escape_script(specifications), base64(assets::chart_engine()), assets::page_script());
}

}  // namespace

std::string emit_html(const Document& document) {
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"nnc\">\n"
      "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
      kPolicy, escape_html(document.title), assets::page_style());
  html += "<a class=\"skip\" href=\"#content\">Skip to the report</a>\n" + contents_html(document);
  html += "<main id=\"content\">\n" + headline_html(document) + claims_html(document);
  for (const Section& section : document.sections) html += section_html(section);
  html += "</main>\n" + engine_html(document);
  return html + "</body>\n</html>\n";
}

}  // namespace nnc::rt
