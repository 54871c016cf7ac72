// What `nnc doctor` looks at. Each examination gives one finding and changes nothing that stays.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/driver/env.hpp"

namespace nnc {

struct Finding {
  enum class State : std::uint8_t {
    Ok,
    Warning,  // something works less well or not at all; studies still train
    Error,    // nothing could be trained
  };
  State state = State::Ok;
  std::string subject;
  std::string what;
  std::string help;  // what to do about it; "" if nothing has to be
};

Finding examine_version();
Finding examine_processor(const Env& env);
Finding examine_memory();
// The folder need not be there: then the one that it would be made in counts.
Finding examine_store(const std::string& folder);
// Draws a chart.
Finding examine_charts();
Finding examine_data(const std::string& folder);
Finding examine_completions(const Env& env);
Finding examine_editors(const Env& env);

}  // namespace nnc
