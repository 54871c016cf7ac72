// Each rule of the TextMate grammar's repository becomes a context of the same name.
#include "grammar/editors/sublime.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace nnc::editors {
namespace {

using Json = nlohmann::ordered_json;

class SublimeWriter {
 public:
  std::string write(const Json& grammar) {
    text_ = fmt::format(
        "%YAML 1.2\n---\n"
        "# The colours of .nn files in Sublime Text and bat, made from the TextMate grammar.\n"
        "name: {}\nfile_extensions: {}\nscope: {}\ncontexts:\n",
        grammar["name"].get<std::string>(), grammar["fileTypes"].dump(),
        grammar["scopeName"].get<std::string>());
    context("main", grammar["patterns"]);
    for (const auto& [name, rule] : grammar["repository"].items())
      context(name,
              rule.contains("patterns") && !rule.contains("begin") ? rule["patterns"] : Json::array({rule}));
    return std::move(text_);
  }

 private:
  void line(int depth, const std::string& content) {
    fmt::format_to(std::back_inserter(text_), "{:{}}{}\n", "", 2 * depth, content);
  }

  // YAML reads what is between single quotes as it is.
  static std::string quoted(const std::string& content) {
    std::string result = "'";
    for (const char c : content) result.append(c == '\'' ? 2 : 1, c);
    return result + "'";
  }

  void context(const std::string& name, const Json& patterns) {
    line(1, name + ":");
    for (const Json& pattern : patterns) rule(2, pattern);
  }

  void rule(int depth, const Json& pattern) {
    if (pattern.contains("include")) {
      line(depth, "- include: " + pattern["include"].get<std::string>().substr(1));
    } else if (pattern.contains("match")) {
      line(depth, "- match: " + quoted(pattern["match"]));
      if (pattern.contains("name")) line(depth + 1, "scope: " + pattern["name"].get<std::string>());
      captures(depth + 1, pattern, "captures");
    } else {
      region(depth, pattern);
    }
  }

  // The end is looked for before anything else, as TextMate does.
  void region(int depth, const Json& pattern) {
    line(depth, "- match: " + quoted(pattern["begin"]));
    captures(depth + 1, pattern, "beginCaptures");
    line(depth + 1, "push:");
    if (pattern.contains("name")) line(depth + 2, "- meta_scope: " + pattern["name"].get<std::string>());
    if (pattern.contains("contentName"))
      line(depth + 2, "- meta_content_scope: " + pattern["contentName"].get<std::string>());
    line(depth + 2, "- match: " + quoted(pattern["end"]));
    captures(depth + 3, pattern, "endCaptures");
    line(depth + 3, "pop: true");
    for (const Json& inner : pattern.value("patterns", Json::array())) rule(depth + 2, inner);
  }

  void captures(int depth, const Json& pattern, const char* key) {
    if (!pattern.contains(key)) return;
    line(depth, "captures:");
    for (const auto& [group, capture] : pattern[key].items())
      line(depth + 1, group + ": " + capture["name"].get<std::string>());
  }

  std::string text_;
};

}  // namespace

std::string sublime_syntax(const std::string& textmate_json) {
  return SublimeWriter().write(Json::parse(textmate_json));
}

}  // namespace nnc::editors
