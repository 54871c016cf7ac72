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

TEST_CASE("a verb of other programs, mistyped or not, is told as the one that does it here") {
  const auto hint = [](const std::string& verb) {
    const std::string text = message({verb, "a.nn"});
    CHECK_THAT(text, Catch::Contains("`" + verb + "` is not a command"));
    return text.substr(std::min(text.find("help: "), text.size()));
  };
  for (const char* word : {"fit", "train", "evaluate", "test", "trian", "evalute"})
    CHECK(hint(word) == "help: did you mean `run`?\n");
  for (const char* word : {"validate", "lint", "compile", "complie"})
    CHECK(hint(word) == "help: did you mean `check`?\n");
  CHECK(hint("format") == "help: did you mean `fmt`?\n");
  CHECK(hint("version") == "help: did you mean `--version`?\n");
  CHECK(hint("chek") == "help: did you mean `check`?\n");
  CHECK(hint("frobnicate") == "help: `nnc --help` lists the commands\n");
}

TEST_CASE("an option of other programs is told as what does it here") {
  const auto hint = [](std::vector<std::string> words) {
    const std::string text = message(std::move(words));
    CHECK_THAT(text, Catch::StartsWith("error: unknown option `"));
    const std::size_t begin = text.find("help: ");
    return begin == std::string::npos ? text : text.substr(begin + 6, text.size() - begin - 7);
  };
  CHECK(hint({"run", "a.nn", "--epochs=1"}) == "`--set epochs=1`");
  CHECK(hint({"run", "a.nn", "--epochs", "1"}) == "`--set epochs=1`");
  CHECK(hint({"run", "--epochs", "a.nn"}) == "`--set epochs=N`");
  CHECK(hint({"plan", "a.nn", "--batch-size", "3"}) == "`--set batch=3`");
  CHECK(hint({"run", "a.nn", "--seed", "3"}) == "`--set seed=3`");
  CHECK_THAT(hint({"run", "a.nn", "--lr", "0.1"}),
             Catch::Contains("`let rate = 0.1`") && Catch::Contains("`--set rate=0.1`"));
  CHECK_THAT(hint({"fmt", "a.nn", "--seed=3"}), !Catch::Contains("--set"));
  CHECK_THAT(hint({"run", "a.nn", "--dry-run"}), Catch::Contains("`nnc plan`"));
  CHECK_THAT(hint({"run", "a.nn", "--resume"}), Catch::Contains("goes on by itself"));
  CHECK(hint({"check", "a.nn", "--format", "json"}) == "`--message-format json`");
  CHECK_THAT(hint({"run", "a.nn", "--format", "json"}), Catch::Contains("`--json`"));
  CHECK_THAT(hint({"fmt", "--write", "a.nn"}), Catch::Contains("in place"));
  for (const char* option : {"-v", "-V"}) CHECK_THAT(hint({option}), Catch::Contains("`nnc --version`"));
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
  CHECK_THAT(output({"--help"}), !Catch::Contains("  names "));
  CHECK(output({"names", "MODEL", "study.nn"}) == "small\n");
  CHECK(output({"names", "EXPERIMENT"}) == "width\n");
  CHECK(output({"names", "MODEL", "missing.nn"}).empty());
  CHECK_THAT(message({"naems"}), !Catch::Contains("`names`"));
}

TEST_CASE("the manual page and help are commands like the others; a terminal is told how to read the page") {
  CHECK_THAT(output({"--help"}), Catch::Contains("  man ") && Catch::Contains("  help "));
  CHECK_THAT(output({"man", "--help"}), Catch::Contains("nnc man | man -l -"));
  CHECK_THAT(output({"help", "--help"}), Catch::Contains("nnc help run"));
  CHECK_THAT(output({"man"}), Catch::Contains(".SH EXIT STATUS"));
  CHECK_THAT(message({"mna"}), Catch::Contains("`man`"));
  World terminal;
  terminal.env.out_is_terminal = true;
  CHECK(terminal.run({"man"}) == kExitOk);
  CHECK_THAT(terminal.err.str(), Catch::Contains("nnc man | man -l -"));
}

TEST_CASE("every value that an option takes is of a kind, or a number or text that cannot be listed") {
  const std::set<std::string> unlisted = {"N", "SECONDS", "SHAPE"};
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
