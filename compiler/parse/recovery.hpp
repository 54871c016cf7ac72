// Where reading goes on after a mistake.
#pragma once

#include <cstdint>
#include <string_view>

#include "compiler/parse/outline.hpp"

namespace nnc {

// What the mistake spoilt: everything up to the end of this goes unread.
enum class Spoilt : std::uint8_t { Statement, Setting, Declaration };

// A position behind `begin`, where the spoilt thing begins, and not before `error`, where the mistake was
// noticed: the end of the statement or setting, brackets closed; for a declaration the next one.
std::uint32_t resume_position(std::string_view text, const Outline& outline, std::uint32_t begin,
                              std::uint32_t error, Spoilt spoilt);

}  // namespace nnc
