// A document as one HTML page that loads nothing: style, pictures, charts and their engine are inside.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/report/assets.hpp"
#include "runtime/report/emit.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/prose.hpp"

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
    picture = fmt::format("<div class=\"chart\" role=\"img\" aria-label=\"{}\" data-chart=\"{}\">{}</div>",
                          escape_html(chart.title + ". " + chart.description), chart.number, chart.svg);
  }
  return fmt::format("<figure><figcaption>{}</figcaption>{}{}</figure>\n", escape_html(chart.title), picture,
                     table_html(chart.data));
}

// Small pictures are enlarged by a whole number, so that their pixels stay square.
int picture_scale(const Gallery& gallery) {
  const int side = std::max({gallery.width, gallery.height, 1});
  return std::max(1, 84 / side);
}

struct BlockWriter {
  std::string operator()(const Prose& prose) const {
    return "<div class=\"prose\">" + prose_html(prose.markdown) + "</div>\n";
  }
  std::string operator()(const Table& table) const { return table_html(table); }
  std::string operator()(const ChartRow& row) const {
    std::string html =
        row.charts.size() == 1 ? "<div class=\"charts single\">\n" : "<div class=\"charts\">\n";
    for (const Chart& chart : row.charts) html += chart_html(chart);
    return html + "</div>\n";
  }
  std::string operator()(const Gallery& gallery) const {
    const int scale = picture_scale(gallery);
    std::string html =
        fmt::format("<figure class=\"wide\"><figcaption>{}</figcaption><ul class=\"gallery\">\n",
                    escape_html(gallery.caption));
    for (const Gallery::Picture& picture : gallery.pictures) {
      const std::string label = escape_html(picture.label);
      html += fmt::format(
          "<li><img src=\"data:image/png;base64,{}\" width=\"{}\" height=\"{}\" "
          "alt=\"{}\"><span>{}</span></li>\n",
          base64(picture.png), gallery.width * scale, gallery.height * scale, label, label);
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
};

std::string headline_html(const Document& document) {
  std::string html = fmt::format("<header><h1>{}</h1><p class=\"byline\">{}</p>\n<ul class=\"tiles\">\n",
                                 escape_html(document.title), escape_html(document.byline));
  for (const Headline& headline : document.headlines) {
    html += fmt::format("<li><span class=\"name\">{}</span><b>{}</b><span class=\"where\">{}</span></li>\n",
                        escape_html(headline.name), escape_html(headline.value), escape_html(headline.note));
  }
  return html + "</ul></header>\n";
}

std::string contents_html(const Document& document) {
  std::string html = "<nav aria-label=\"Contents\"><p>Contents</p><ol>\n";
  for (const Section& section : document.sections) {
    if (section.title.empty()) continue;
    html += fmt::format("<li{}><a href=\"#{}\">{}</a></li>\n", section.opens_report ? " class=\"opens\"" : "",
                        section.id, escape_html(section.title));
  }
  return html + "</ol></nav>\n";
}

std::string section_html(const Section& section) {
  std::string html;
  if (section.title.empty()) {
    html = "<section>\n";
  } else {
    const char* kind = section.opens_report                    ? " class=\"opens\""
                       : section.id == "reproduce-this-report" ? " class=\"box\""
                                                               : "";
    html = fmt::format("<section id=\"{0}\"{1} aria-labelledby=\"{0}-title\"><h2 id=\"{0}-title\">{2}</h2>\n",
                       section.id, kind, escape_html(section.title));
  }
  for (const Block& block : section.blocks) html += std::visit(BlockWriter{}, block);
  return html + "</section>\n";
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
        specifications += (specifications.empty() ? "" : ",\n") + chart.interactive;
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
  html += contents_html(document);
  html += "<main>\n" + headline_html(document);
  for (const Section& section : document.sections) html += section_html(section);
  html += "</main>\n" + engine_html(document);
  return html + "</body>\n</html>\n";
}

}  // namespace nnc::rt
