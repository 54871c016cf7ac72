// What both JSON forms of a record share: numbers that may not be finite, words for enumerations.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "compiler/plan/study_plan.hpp"
#include "runtime/record/record.hpp"

namespace nnc::rt {

inline const char* direction_word(Direction direction) {
  return direction == Direction::Higher ? "higher" : "lower";
}

// Json: nlohmann's json or ordered_json.
template <class Json = nlohmann::json>
Json parameter_json(const ParameterValue& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

// Compact or indented text with a line break at its end. Numbers that are not finite become null, and bytes
// that are not UTF-8, as paths may have, the replacement character.
template <class Json>
std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nnc::rt
