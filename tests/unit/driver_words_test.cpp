// driver: words on the command line that are none, what completes them, the manual page.
#include <catch2/catch.hpp>
#include <set>

#include "compiler/driver/command_model.hpp"
#include "compiler/driver/completions.hpp"
#include "compiler/driver/value_kinds.hpp"
#include "tests/unit/driver_world.hpp"

using namespace nnc;

namespace {

std::string message(std::vector<std::string> arguments) {
  World world;
  world.files["a.nn"] = "model small { input 4; dense(2) }\n";
  CHECK(world.run(std::move(arguments)) != kExitOk);
  return world.err.str();
}

std::string output(std::vector<std::string> arguments) {
  World world;
  world.files["study.nn"] = "model small { input 4; dense(2) }\nexperiment width { dence }\n";
  CHECK(world.run(std::move(arguments)) == kExitOk);
  CHECK(world.err.str().empty());
  return world.out.str();
}

}  // namespace

TEST_CASE("a value that an option does not have is an error with a guess, or with all of them") {
  CHECK(message({"run", "a.nn", "--color", "alway"}) ==
        "error: there is no value `alway` for `--color`\n  help: did you mean `always`?\n");
  CHECK(message({"--color", "alway"}) ==
        "error: there is no value `alway` for `--color`\n  help: did you mean `always`?\n");
  CHECK_THAT(message({"run", "a.nn", "--share", "maybe"}), Catch::Contains("one of on, off"));
  CHECK_THAT(message({"run", "a.nn", "--without", "skip_zeros,skip_zero"}),
             Catch::Contains("there is no optimization `skip_zero`") &&
                 Catch::Contains("did you mean `skip_zeros`?"));
  CHECK_THAT(message({"check", "a.nn", "--dump=grap"}), Catch::Contains("there is no phase `grap`"));
  CHECK_THAT(message({"check", "a.nn", "--message-format", "xml"}),
             Catch::Contains("human, short, json, sarif"));
  CHECK_THAT(message({"plan", "a.nn", "--message-format", "sarif"}), Catch::Contains("one of human, short"));
  CHECK_THAT(message({"completions", "fsh"}), Catch::Contains("did you mean `fish`"));
  CHECK_THAT(message({"summary", "a.nn", "--model", "smal"}), Catch::Contains("did you mean `small`?"));
  CHECK_THAT(message({"explain", "E04040"}), Catch::Contains("did you mean `E0404`"));
}

TEST_CASE("an experiment that the file does not have is guessed") {
  World world;
  world.files["a.nn"] =
      "data d = idx(\"/nowhere\")\nmodel m { flatten; dense(10, softmax) }\n"
      "recipe r { loss: cross_entropy; optimizer: adam }\nexperiment width { train m() on d with r }\n";
  CHECK(world.run({"check", "a.nn", "--only", "widht"}) != kExitOk);
  CHECK_THAT(world.err.str(), Catch::Contains("did you mean `width`?"));
}

TEST_CASE("hidden verbs work and are not listed") {
  CHECK_THAT(output({"--help"}), !Catch::Contains("  names ") && !Catch::Contains("  man "));
  CHECK(output({"names", "MODEL", "study.nn"}) == "small\n");
  CHECK(output({"names", "EXPERIMENT"}) == "width\n");
  CHECK(output({"names", "MODEL", "missing.nn"}).empty());
  CHECK_THAT(output({"man"}), Catch::Contains(".SH EXIT STATUS"));
  CHECK_THAT(message({"mna"}), !Catch::Contains("`man`"));
}

TEST_CASE("every value that an option takes is of a kind, or a number or text that cannot be listed") {
  const std::set<std::string> unlisted = {"N", "SECONDS", "NAME=VALUE", "SHAPE"};
  const CommandModel model = command_model();
  CHECK(model.verbs.size() >= 14);
  for (const CommandVerb& verb : model.verbs) {
    CHECK_FALSE(verb.examples.empty());
    for (const auto* options : {&verb.options, &verb.arguments}) {
      for (const CommandOption& option : *options) {
        INFO(verb.name << " " << option.long_name << " " << option.value);
        CHECK_FALSE(option.what.empty());
        const bool nothing_listed = value_kind(option.value).source == ValueKind::Source::Anything;
        CHECK(nothing_listed == (option.value.empty() || unlisted.contains(option.value)));
      }
    }
  }
}

TEST_CASE("completions of every shell know every verb and every option") {
  const CommandModel model = command_model();
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = output({"completions", shell});
    for (const CommandVerb& verb : model.verbs) {
      INFO(shell << " " << verb.name);
      CHECK_THAT(script, Catch::Contains(verb.name));
      for (const CommandOption& option : verb.options) {
        if (option.long_name.empty()) continue;
        const std::string written =
            std::string(shell) == "fish" ? " -l " + option.long_name.substr(2) : option.long_name;
        CHECK_THAT(script, Catch::Contains(written));
      }
    }
  }
}

TEST_CASE("quotes keep a word of a shell together") {
  CHECK(shell_quoted("plain") == "'plain'");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(short_what("colour: auto or never") == "colour");
  CHECK(short_what("threads within each trial (default: cores)") == "threads within each trial");
}
