// What two runs of a study must have in common, however each came about.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace nnc::test {

// All of results.json but times, the command, the store and what was trained in which run.
nlohmann::json outcome(const nlohmann::json& results);
// The same of the trials alone.
nlohmann::json trial_outcomes(const nlohmann::json& results);
// Where they differ; empty if they are equal.
std::string difference(const nlohmann::json& one, const nlohmann::json& other);

std::int64_t steps_trained(const nlohmann::json& results);
// Each trial's, sorted: what does not change with names.
std::multiset<std::string> weights_of(const nlohmann::json& results);
// The trials that standard error called done: "dropout (rate 0.2)".
std::set<std::string> said_done(const std::string& err);
// And those that were already done before.
std::set<std::string> said_known(const std::string& err);
// How many lines begin with `word`.
int lines_with(const std::string& text, const std::string& word);

}  // namespace nnc::test
