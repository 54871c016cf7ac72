// See prose.hpp. The parser is cmark-gfm; what it may produce is decided on its tree, before it is written.
#include "runtime/report/prose.hpp"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "compiler/base/check.hpp"
#include "runtime/report/content.hpp"

namespace nnc::rt {
namespace {

constexpr int kOptions = CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_SMART;

std::string without(std::string text, const std::string& mark) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark))
    text.erase(at, mark.size());
  return text;
}

cmark_node* text_node(const std::string& text) {
  cmark_node* node = cmark_node_new(CMARK_NODE_TEXT);
  cmark_node_set_literal(node, text.c_str());
  return node;
}

// "about |88.85 %| of" -> "about ", <span>88.85 %</span>, " of".
void split_values(cmark_node* node) {
  const char* literal = cmark_node_get_literal(node);
  std::string text = literal == nullptr ? "" : literal;
  const std::string begin = kValueBegin;
  const std::string end = kValueEnd;
  while (true) {
    const std::size_t from = text.find(begin);
    const std::size_t to = from == std::string::npos ? from : text.find(end, from);
    if (to == std::string::npos) break;
    if (from > 0) cmark_node_insert_before(node, text_node(text.substr(0, from)));
    cmark_node* value = cmark_node_new(CMARK_NODE_CUSTOM_INLINE);
    cmark_node_set_on_enter(value, "<span class=\"value\">");
    cmark_node_set_on_exit(value, "</span>");
    cmark_node_append_child(value, text_node(text.substr(from + begin.size(), to - from - begin.size())));
    cmark_node_insert_before(node, value);
    text.erase(0, to + end.size());
  }
  cmark_node_set_literal(node, without(without(text, begin), end).c_str());
}

void clean_literal(cmark_node* node) {
  const char* literal = cmark_node_get_literal(node);
  if (literal != nullptr)
    cmark_node_set_literal(node, without(without(literal, kValueBegin), kValueEnd).c_str());
}

// A picture that is not in the text itself would be fetched: show it as a link to where it is.
void disarm_image(cmark_node* image) {
  const char* url = cmark_node_get_url(image);
  if (url != nullptr && std::string_view(url).starts_with("data:image/")) return;
  cmark_node* link = cmark_node_new(CMARK_NODE_LINK);
  cmark_node_set_url(link, url == nullptr ? "" : url);
  while (cmark_node* child = cmark_node_first_child(image)) cmark_node_append_child(link, child);
  cmark_node_replace(image, link);
  cmark_node_free(image);
}

void prepare_node(cmark_node* node) {
  switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
      split_values(node);
      break;
    case CMARK_NODE_CODE:
    case CMARK_NODE_CODE_BLOCK:
    case CMARK_NODE_HTML_BLOCK:
    case CMARK_NODE_HTML_INLINE:
      clean_literal(node);
      break;
    case CMARK_NODE_HEADING:
      // The page's own title is the only one of level 1.
      cmark_node_set_heading_level(node, std::max(2, cmark_node_get_heading_level(node)));
      break;
    case CMARK_NODE_IMAGE:
      disarm_image(node);
      break;
    default:
      break;
  }
}

// All nodes first, then the changes: an iterator does not survive them.
void prepare(cmark_node* document) {
  std::vector<cmark_node*> nodes;
  cmark_iter* iterator = cmark_iter_new(document);
  for (cmark_event_type event = cmark_iter_next(iterator); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(iterator)) {
    if (event == CMARK_EVENT_ENTER) nodes.push_back(cmark_iter_get_node(iterator));
  }
  cmark_iter_free(iterator);
  for (cmark_node* node : nodes) prepare_node(node);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

// One line of Markdown as words.
std::string plain_text(const std::string& line) {
  const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> document(
      cmark_parse_document(line.data(), line.size(), kOptions), &cmark_node_free);
  NNC_CHECK(document != nullptr);
  std::string text;
  cmark_iter* iterator = cmark_iter_new(document.get());
  for (cmark_event_type event = cmark_iter_next(iterator); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(iterator)) {
    const char* literal = cmark_node_get_literal(cmark_iter_get_node(iterator));
    if (event == CMARK_EVENT_ENTER && literal != nullptr) text += literal;
  }
  cmark_iter_free(iterator);
  return without(without(text, kValueBegin), kValueEnd);
}

}  // namespace

std::string prose_html(const std::string& markdown) {
  cmark_gfm_core_extensions_ensure_registered();
  const std::unique_ptr<cmark_parser, decltype(&cmark_parser_free)> parser(cmark_parser_new(kOptions),
                                                                           &cmark_parser_free);
  for (const char* name : {"table", "strikethrough", "autolink"}) {
    cmark_syntax_extension* extension = cmark_find_syntax_extension(name);
    if (extension != nullptr) cmark_parser_attach_syntax_extension(parser.get(), extension);
  }
  cmark_parser_feed(parser.get(), markdown.data(), markdown.size());
  const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> document(cmark_parser_finish(parser.get()),
                                                                         &cmark_node_free);
  NNC_CHECK(document != nullptr);
  cmark_consolidate_text_nodes(document.get());
  prepare(document.get());
  const std::unique_ptr<char, decltype(&std::free)> html(
      cmark_render_html(document.get(), kOptions, cmark_parser_get_syntax_extensions(parser.get())),
      &std::free);
  return without(without(html.get(), kValueBegin), kValueEnd);
}

std::string without_margin(const std::string& text) {
  const std::vector<std::string> lines = lines_of(text);
  std::size_t margin = std::string::npos;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t first = lines[i].find_first_not_of(" \t");
    const bool opens_inline = i == 0 && first == 0;  // text right behind the opening quotes
    if (first != std::string::npos && !opens_inline) margin = std::min(margin, first);
  }
  std::string result;
  for (const std::string& line : lines) {
    const std::size_t first = std::min(line.find_first_not_of(" \t"), line.size());
    result += line.substr(std::min(first, margin)) + "\n";
  }
  return result;
}

std::vector<ProsePart> split_prose(const std::string& markdown) {
  std::vector<ProsePart> parts;
  std::string fence;  // of the code block we are in
  for (const std::string& line : lines_of(markdown)) {
    const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view body = std::string_view(line).substr(first);
    const char* mark = body.starts_with("```") ? "```" : body.starts_with("~~~") ? "~~~" : nullptr;
    if (mark != nullptr && (fence.empty() || fence == mark)) fence = fence.empty() ? mark : "";
    const bool heading = fence.empty() && first < 4 && (body.starts_with("# ") || body.starts_with("## "));
    const std::string title = heading ? plain_text(line) : "";
    if (!title.empty()) {
      parts.push_back({title, ""});
      continue;
    }
    if (parts.empty()) parts.push_back({"", ""});
    parts.back().markdown += line + "\n";
  }
  const bool empty_start = !parts.empty() && parts.front().title.empty() &&
                           parts.front().markdown.find_first_not_of(" \t\n") == std::string::npos;
  if (empty_start) parts.erase(parts.begin());
  return parts;
}

std::string prose_markdown(const std::string& markdown) {
  return without(without(markdown, kValueBegin), kValueEnd);
}

}  // namespace nnc::rt
