// A world in memory for the tests of the driver: streams, files, clock.
#pragma once

#include <map>
#include <sstream>

#include "compiler/driver/driver.hpp"

namespace nnc {

struct World {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> variables;
  double now = 0;
  Env env;

  World() {
    env.read_input = [this] { return Result<std::string>(in.str()); };
    env.out = &out;
    env.err = &err;
    env.columns = [] { return 60; };
    env.read_file = [this](const std::string& path) -> Result<std::string> {
      const auto found = files.find(path);
      if (found == files.end()) return Failure{"there is no file `" + path + "`", ""};
      return found->second;
    };
    env.list_files = [this](const std::string&) {
      std::vector<std::string> names;
      for (const auto& [name, text] : files) names.push_back(name);
      return names;
    };
    env.variable = [this](const std::string& name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
    };
    env.seconds = [this] { return now; };
    env.date = [] { return std::string("2000-01-01T00:00:00Z"); };
    env.machine = [] { return std::string("test"); };
    env.cores = [] { return 2; };
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  int run(std::vector<std::string> arguments) { return run_command_line(env, std::move(arguments)); }
};

}  // namespace nnc
