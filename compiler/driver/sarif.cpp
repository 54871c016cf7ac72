// A diagnostic becomes a result: the primary place its location, the labels its related locations, notes and
// hint part of its message, what would mend it its fixes. The rules are those that results refer to, each
// with its page. Columns count characters from 1, as `columnKind` says.
#include "compiler/driver/sarif.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "compiler/base/fixes.hpp"
#include "compiler/base/percent.hpp"
#include "compiler/base/places.hpp"
#include "compiler/base/utf8.hpp"
#include "compiler/driver/diagnostic_pages.hpp"
#include "runtime/record/json_values.hpp"

namespace nnc {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
    "sarif-schema-2.1.0.json";

const char* level_of(Severity severity) { return severity == Severity::Error ? "error" : "warning"; }

// A path as a URI reference. The standard library has no file: its places get a scheme of their own.
std::string uri_of(const SourceFile& file) {
  const char* scheme = file.is_library() ? "nnc:/" : file.path().starts_with('/') ? "file://" : "";
  return scheme + percent_encoded(file.path());
}

// Bytes that begin a character of UTF-8, before the column, and one.
int character_column(const SourceFile& file, const LineColumn& place) {
  const std::string_view line = file.line_text(place.line);
  const auto before = line.substr(0, std::min(line.size(), static_cast<std::size_t>(place.column - 1)));
  const auto inside = std::count_if(before.begin(), before.end(), continues_character);
  return static_cast<int>(static_cast<std::ptrdiff_t>(before.size()) - inside) + 1;
}

Json region_of(const SourceFile& file, const Span& place) {
  const Span span = visible_span(file, place);
  const LineColumn begin = file.line_column(span.begin);
  const LineColumn end = file.line_column(span.end);
  return {{"startLine", begin.line},
          {"startColumn", character_column(file, begin)},
          {"endLine", end.line},
          {"endColumn", character_column(file, end)}};
}

Json location_of(const SourceMap& sources, const Span& span) {
  const SourceFile& file = sources.file(span.file);
  return {{"physicalLocation",
           {{"artifactLocation", {{"uri", uri_of(file)}}}, {"region", region_of(file, span)}}}};
}

Json related_locations(const SourceMap& sources, const Diagnostic& diagnostic) {
  Json related = Json::array();
  for (const Label& label : diagnostic.labels) {
    if (!label.span.valid()) continue;
    Json location = location_of(sources, label.span);
    location["id"] = related.size() + 1;
    location["message"] = {{"text", label.text}};
    related.push_back(std::move(location));
  }
  return related;
}

// One that a viewer may apply by itself, or several to choose from.
Json fixes_json(const SourceMap& sources, const Diagnostic& diagnostic) {
  Json all = Json::array();
  const std::vector<Suggestion> fixes = fixes_of(diagnostic);
  for (const Suggestion& fix : fixes) {
    if (!sources.is_user_code(fix.span)) continue;
    const SourceFile& file = sources.file(fix.span.file);
    const std::string what = fixes.size() == 1 && !diagnostic.hint.empty()
                                 ? diagnostic.hint
                                 : fmt::format("change to `{}`", fix.replacement);
    const Json replacement = {{"deletedRegion", region_of(file, fix.span)},
                              {"insertedContent", {{"text", fix.replacement}}}};
    all.push_back({{"description", {{"text", what}}},
                   {"artifactChanges", Json::array({{{"artifactLocation", {{"uri", uri_of(file)}}},
                                                     {"replacements", Json::array({replacement})}}})}});
  }
  return all;
}

// Message, notes and hint: viewers show nothing else of it.
std::string whole_text(const Diagnostic& diagnostic) {
  std::string text = diagnostic.message;
  for (const std::string& note : diagnostic.notes) text += "\nnote: " + note;
  if (!diagnostic.hint.empty()) text += "\nhelp: " + diagnostic.hint;
  return text;
}

Json result_of(const SourceMap& sources, const Diagnostic& diagnostic, std::size_t rule,
               const Span& whole_file) {
  const Span place = diagnostic.primary.valid() ? diagnostic.primary : whole_file;
  Json result = {{"ruleId", diagnostic.code()},
                 {"ruleIndex", rule},
                 {"level", level_of(diagnostic.severity)},
                 {"message", {{"text", whole_text(diagnostic)}}},
                 {"locations", Json::array({location_of(sources, place)})}};
  Json related = related_locations(sources, diagnostic);
  if (!related.empty()) result["relatedLocations"] = std::move(related);
  Json fixes = fixes_json(sources, diagnostic);
  if (!fixes.empty()) result["fixes"] = std::move(fixes);
  return result;
}

Json rule_of(const DiagnosticInfo& info) {
  const std::string page = diagnostic_page(info);
  return {{"id", code_of(info)},
          {"name", info.name},
          {"shortDescription", {{"text", page_title(page)}}},
          {"help", {{"text", page}, {"markdown", page}}},
          {"defaultConfiguration", {{"level", level_of(info.severity)}}}};
}

std::string document(Json rules, Json results, Json notifications) {
  const bool successful = notifications.empty();
  Json invocation = {{"executionSuccessful", successful}};
  if (!successful) invocation["toolExecutionNotifications"] = std::move(notifications);
  const Json driver = {{"name", "nnc"}, {"version", NNC_VERSION}, {"rules", std::move(rules)}};
  const Json run = {{"tool", {{"driver", driver}}},
                    {"invocations", Json::array({invocation})},
                    {"columnKind", "unicodeCodePoints"},
                    {"results", std::move(results)}};
  return rt::json_text(Json{{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Json::array({run})}}, 2);
}

}  // namespace

std::string diagnostics_sarif(std::span<const SarifResults> programs, std::span<const Failure> failures) {
  std::set<std::string> found;
  for (const SarifResults& program : programs) {
    for (const Diagnostic& diagnostic : program.diagnostics) found.insert(diagnostic.code());
  }
  Json rules = Json::array();
  std::map<std::string, std::size_t> indices;
  for (const DiagnosticInfo& info : all_diagnostics()) {
    if (!found.contains(code_of(info))) continue;
    indices[code_of(info)] = rules.size();
    rules.push_back(rule_of(info));
  }
  Json results = Json::array();
  for (const SarifResults& program : programs) {
    for (const Diagnostic& diagnostic : program.diagnostics)
      results.push_back(
          result_of(*program.sources, diagnostic, indices.at(diagnostic.code()), {program.main}));
  }
  Json notifications = Json::array();
  for (const Failure& failure : failures) {
    const std::string text = failure.message + (failure.hint.empty() ? "" : "\nhelp: " + failure.hint);
    notifications.push_back({{"level", "error"}, {"message", {{"text", text}}}});
  }
  return document(std::move(rules), std::move(results), std::move(notifications));
}

std::string diagnostics_sarif(const Compilation& compilation) {
  const SarifResults results = {&compilation.sources, compilation.main, compilation.sink.sorted()};
  return diagnostics_sarif({&results, 1}, {});
}

std::string failure_sarif(const Failure& failure) { return diagnostics_sarif({}, {&failure, 1}); }

}  // namespace nnc
