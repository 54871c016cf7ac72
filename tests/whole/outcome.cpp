// See outcome.hpp.
#include "tests/whole/outcome.hpp"

#include <sstream>

namespace nnc::test {
namespace {

using nlohmann::json;

// "[3/24] dropout (rate 0.2): done in 0.1 s, test accuracy 0.93": the name, if the rest begins with `status`.
std::set<std::string> said(const std::string& err, const std::string& status) {
  std::set<std::string> names;
  std::istringstream lines(err);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find("] ");
    const std::size_t end = line.rfind(": " + status);
    if (line.starts_with("[") && begin != std::string::npos && end != std::string::npos)
      names.insert(line.substr(begin + 2, end - begin - 2));
  }
  return names;
}

}  // namespace

json trial_outcomes(const json& results) {
  json trials = json::array();
  for (json trial : results.at("trials")) {
    trial.erase("seconds");
    if (trial.at("status") == "cached") trial["status"] = "done";
    trials.push_back(std::move(trial));
  }
  return trials;
}

json outcome(const json& results) {
  json same = results;
  for (const char* const name : {"seconds", "date", "command", "machine", "store", "work", "file"})
    same.erase(name);
  same["trials"] = trial_outcomes(results);
  return same;
}

std::string difference(const json& one, const json& other) {
  constexpr std::size_t kEnough = 2000;
  if (one == other) return "";
  return json::diff(one, other).dump(1).substr(0, kEnough);
}

std::int64_t steps_trained(const json& results) {
  return results.at("work").at("steps_trained").get<std::int64_t>();
}

std::multiset<std::string> weights_of(const json& results) {
  std::multiset<std::string> weights;
  for (const json& trial : results.at("trials"))
    weights.insert(trial.at("weights_sha256").get<std::string>());
  return weights;
}

std::set<std::string> said_done(const std::string& err) { return said(err, "done in "); }

std::set<std::string> said_known(const std::string& err) { return said(err, "already done"); }

int lines_with(const std::string& text, const std::string& word) {
  int count = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) count += line.starts_with(word) ? 1 : 0;
  return count;
}

}  // namespace nnc::test
