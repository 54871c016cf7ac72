// driver: the command line, what is said about mistakes on it, text for people.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "compiler/driver/output.hpp"
#include "tests/unit/driver_world.hpp"

using namespace nnc;

TEST_CASE("help and version go to standard output and are no error") {
  World world;
  CHECK(world.run({"--help"}) == kExitOk);
  CHECK_THAT(world.out.str(),
             Catch::Contains("run") && Catch::Contains("explain") && Catch::Contains("Examples:"));
  CHECK(world.err.str().empty());
  for (const char* verb : {"run", "check", "plan", "summary", "report", "why", "diff", "ls", "show", "clean",
                           "verify", "explain", "fmt"}) {
    World of_verb;
    CHECK(of_verb.run({verb, "--help"}) == kExitOk);
    CHECK_THAT(of_verb.out.str(),
               Catch::Contains("Examples:") && Catch::Contains(std::string("nnc ") + verb));
  }
  World version;
  CHECK(version.run({"--version"}) == kExitOk);
  CHECK_THAT(version.out.str(), Catch::StartsWith("nnc ") && Catch::EndsWith("\n"));
  World nothing;
  CHECK(nothing.run({}) == kExitOk);
  CHECK_THAT(nothing.out.str(), Catch::Contains("Examples:"));
}

TEST_CASE("a reader that went away ends a command quietly, a disk that is full does not") {
  for (const bool gone : {true, false}) {
    World world;
    world.out.setstate(std::ios::badbit);
    world.env.reader_is_gone = [gone] { return gone; };
    CHECK(world.run({"man"}) == (gone ? kExitReaderGone : kExitUsage));
    CHECK(world.err.str() == (gone ? "" : "error: cannot write to standard output\n"));
  }
  World wrong;
  wrong.files["a.nn"] = "model m { dence(2) }\n";
  wrong.out.setstate(std::ios::badbit);
  wrong.env.reader_is_gone = [] { return true; };
  CHECK(wrong.run({"check", "a.nn", "--json"}) == kExitErrors);
  CHECK(wrong.err.str().empty());
}

TEST_CASE("help is also a verb, with the name of another or without") {
  for (const char* verb : {"run", "clean", "why"}) {
    World by_option;
    World by_verb;
    CHECK(by_option.run({verb, "--help"}) == kExitOk);
    CHECK(by_verb.run({"help", verb}) == kExitOk);
    CHECK(by_verb.out.str() == by_option.out.str());
  }
  World all;
  CHECK(all.run({"help"}) == kExitOk);
  CHECK_THAT(all.out.str(), Catch::Contains("verify") && Catch::Contains("nnc check study.nn"));
  World mistyped;
  CHECK(mistyped.run({"help", "rnu"}) == kExitUsage);
  CHECK_THAT(mistyped.err.str(), Catch::Contains("did you mean `run`?"));
}

TEST_CASE("a mistyped verb, option or phase is an error of usage with a guess") {
  const auto message = [](std::vector<std::string> arguments) {
    World world;
    CHECK(world.run(std::move(arguments)) == kExitUsage);
    CHECK(world.out.str().empty());
    return world.err.str();
  };
  CHECK_THAT(message({"chek", "a.nn"}),
             Catch::Contains("`chek` is not a command") && Catch::Contains("`check`"));
  CHECK_THAT(message({"study.nn"}), Catch::Contains("`nnc run study.nn`"));
  CHECK_THAT(message({"frobnicate"}), Catch::Contains("`nnc --help`"));
  CHECK_THAT(message({"run", "a.nn", "--quite"}),
             Catch::Contains("unknown option `--quite`") && Catch::Contains("`--quiet`"));
  CHECK_THAT(message({"run", "a.nn", "--sed=3"}), Catch::Contains("unknown option `--sed`"));
  CHECK_THAT(message({"run", "a.nn", "b.nn"}), Catch::Contains("unknown argument `b.nn`"));
  CHECK_THAT(message({"run", "a.nn", "--set", "epochs"}), Catch::Contains("NAME=VALUE"));
  for (const std::string value : {"inf", "-inf", "nan", "1e999"}) {
    CHECK_THAT(message({"run", "a.nn", "--set", "rate=" + value}),
               Catch::Contains("`" + value + "` is not a finite number"));
  }
  CHECK_THAT(message({"run", "a.nn", "--jobs", "0"}), Catch::Contains("nnc run --help"));
  CHECK_THAT(message({"run", "a.nn", "--threads", "0"}), Catch::Contains("nnc run --help"));
  CHECK_THAT(message({"run", "a.nn", "--share", "maybe"}), Catch::Contains("maybe"));
  CHECK_THAT(message({"run", "a.nn", "--checkpoint", "-1"}), Catch::Contains("nnc run --help"));
  CHECK_THAT(message({"run", "a.nn", "--checkpoint", "nan"}),
             Catch::Contains("`nan` is not a finite number"));
  CHECK_THAT(message({"check", "a.nn", "--dump=graph", "--trial", "0"}), Catch::Contains("nnc check --help"));
  CHECK_THAT(message({"run", "a.nn", "--trial", "0"}), Catch::Contains("nnc run --help"));
  CHECK_THAT(message({"run", "a.nn", "--stor", "x"}), Catch::Contains("`--store`"));
  CHECK_THAT(message({"clean", "a.nn", "--other"}), Catch::Contains("`--others`"));
  CHECK_THAT(message({"verfy"}), Catch::Contains("`verify`"));
  CHECK_THAT(message({"show"}), Catch::Contains("nnc show --help"));
  CHECK_THAT(message({"run", "a.nn", "--color", "pink"}), Catch::Contains("pink"));
  CHECK_THAT(message({"check", "a.nn", "--dump=grap"}), Catch::Contains("did you mean `graph`?"));
  CHECK_THAT(message({"check", "a.nn", "--dump=zzz"}), Catch::Contains("after:"));
}

TEST_CASE("a missing file is an error of usage that names near ones") {
  World world;
  world.files["study.nn"] = "";
  CHECK(world.run({"check", "sudy.nn"}) == kExitUsage);
  CHECK(world.err.str() == "error: there is no file `sudy.nn`\n  help: did you mean `study.nn`?\n");
}

TEST_CASE("without a file the sole program of the folder is taken, never one of several") {
  World none;
  CHECK(none.run({"check"}) == kExitUsage);
  CHECK_THAT(none.err.str(), Catch::Contains("there is no .nn file"));
  World two;
  two.files = {{"a.nn", ""}, {"b.nn", ""}};
  CHECK(two.run({"check"}) == kExitUsage);
  CHECK_THAT(two.err.str(), Catch::Contains("name one of: a.nn, b.nn"));
  World one;
  one.files = {{"a.nn", "let x = y\n"}, {"notes.txt", ""}};
  CHECK(one.run({"check"}) == kExitErrors);
  CHECK_THAT(one.err.str(), Catch::Contains("--> a.nn:1:9") && Catch::Contains("1 error"));
}

TEST_CASE("diagnostics as JSON go to standard output") {
  World world;
  world.files["a.nn"] = "let x = y\n";
  CHECK(world.run({"check", "a.nn", "--json"}) == kExitErrors);
  CHECK_THAT(world.out.str(), Catch::Contains("\"code\": \"E0201\"") && Catch::Contains("\"errors\": 1"));
  CHECK(world.err.str().empty());
}

TEST_CASE("with --json an error that is no diagnostic is an object on standard output, too") {
  const auto error = [](std::vector<std::string> arguments) {
    World world;
    CHECK(world.run(std::move(arguments)) == kExitUsage);
    CHECK_THAT(world.err.str(), Catch::StartsWith("error: "));
    const auto object = nlohmann::json::parse(world.out.str(), nullptr, false);
    REQUIRE(object.is_object());
    CHECK(object.contains("help"));
    return object["error"].get<std::string>();
  };
  CHECK(error({"check", "sudy.nn", "--json"}) == "there is no file `sudy.nn`");
  CHECK(error({"chek", "a.nn", "--json"}) == "`chek` is not a command");
  CHECK(error({"run", "a.nn", "--json", "--quite"}) == "unknown option `--quite`");
  CHECK_THAT(error({"run", "a.nn", "--jobs", "0", "--json"}), Catch::Contains("--jobs"));
  CHECK(error({"explain", "E9999", "--json"}) == "there is no diagnostic `E9999`");
  CHECK(error({"clean", "--json", "--store", "/dev/null/\xff"}).find('\xff') == std::string::npos);
}

TEST_CASE("explain as JSON gives a page, or all codes") {
  World one;
  CHECK(one.run({"explain", "E0201", "--json"}) == kExitOk);
  const auto page = nlohmann::json::parse(one.out.str());
  CHECK(page["code"] == "E0201");
  CHECK(page["name"] == "UnknownName");
  CHECK_THAT(page["text"].get<std::string>(), Catch::Contains("E0201"));
  World all;
  CHECK(all.run({"explain", "--json"}) == kExitOk);
  CHECK(nlohmann::json::parse(all.out.str())["diagnostics"][0].contains("code"));
}

TEST_CASE("behind -- a word that begins like an option is a file") {
  World world;
  world.files["./-x.nn"] = "let x = y\n";
  CHECK(world.run({"check", "--", "-x.nn"}) == kExitErrors);
  CHECK_THAT(world.err.str(), Catch::Contains("--> ./-x.nn:1:9"));
  World plain;
  plain.files["a.nn"] = "let x = y\n";
  CHECK(plain.run({"check", "--", "a.nn"}) == kExitErrors);
}

TEST_CASE("explain finds a diagnostic by code, number and name") {
  for (const char* topic : {"E0201", "e0201", "201", "UnknownName"}) {
    World world;
    CHECK(world.run({"explain", topic}) == kExitOk);
    CHECK_THAT(world.out.str(), Catch::Contains("E0201"));
  }
  World all;
  CHECK(all.run({"explain"}) == kExitOk);
  CHECK_THAT(all.out.str(), Catch::Contains("E0201  UnknownName\n"));
  for (const char* topic : {"E9999", "", "E", "20100000000000000000", "-1", "x201"}) {
    World world;
    CHECK(world.run({"explain", topic}) == (std::string(topic).empty() ? kExitOk : kExitUsage));
  }
}

TEST_CASE("explain knows the names of the library and of the language") {
  const auto page = [](const std::string& topic) {
    World world;
    CHECK(world.run({"explain", topic}) == kExitOk);
    return world.out.str();
  };
  CHECK_THAT(page("dense"), Catch::Contains("layer dense(units: int,") && Catch::Contains("A dense layer"));
  CHECK_THAT(page("flatten"), Catch::Contains("layer flatten"));
  CHECK_THAT(page("adam"), Catch::Contains("optimizer adam(lr"));
  CHECK_THAT(page("exp"), Catch::Contains("exp(x: number|tensor) -> number|tensor"));
  CHECK(page("error[E0404]") == page("E0404"));
  CHECK(page("error[E0404]: what it says") == page("E0404"));
  World mistyped;
  CHECK(mistyped.run({"explain", "flaten"}) == kExitUsage);
  CHECK(mistyped.err.str() ==
        "error: no diagnostic and nothing in the library is called `flaten`\n  help: did you mean "
        "`flatten`?\n");
  World json;
  CHECK(json.run({"explain", "dense", "--json"}) == kExitOk);
  CHECK(nlohmann::json::parse(json.out.str())["name"] == "dense");
}

TEST_CASE("on a terminal a page has its programs indented, into a pipe it is Markdown") {
  World terminal;
  terminal.env.out_is_terminal = true;
  CHECK(terminal.run({"explain", "E0404"}) == kExitOk);
  CHECK_THAT(terminal.out.str(), !Catch::Contains("```") && Catch::Contains("\nwrong:\n    model net {\n") &&
                                     Catch::Contains("\nright:\n    model net {\n"));
  World pipe;
  CHECK(pipe.run({"explain", "E0404"}) == kExitOk);
  CHECK_THAT(pipe.out.str(), Catch::Contains("\n```nn wrong\nmodel net {\n"));
}

TEST_CASE("colour follows the option, then the environment, then the terminal") {
  World world;
  Options options;
  CHECK_FALSE(use_color(world.env, options, false));
  CHECK(use_color(world.env, options, true));
  world.variables["TERM"] = "dumb";
  CHECK_FALSE(use_color(world.env, options, true));
  world.variables["CLICOLOR_FORCE"] = "1";
  CHECK(use_color(world.env, options, false));
  world.variables["NO_COLOR"] = "1";
  CHECK_FALSE(use_color(world.env, options, true));
  options.color = "always";
  CHECK(use_color(world.env, options, false));
  options.color = "never";
  CHECK_FALSE(use_color(world.env, options, true));
}

TEST_CASE("the parameters of a trial fit into a line") {
  CHECK(params_text({{"n", std::int64_t{25}}, {"rate", 0.1}, {"bn", true}}) == "n 25, rate 0.1, bn true");
}

TEST_CASE("tables align their columns by what is seen") {
  Table table;
  table.column("name");
  table.column("n", Table::Align::Right);
  table.row({"日本", "1"});
  table.row({"a", "100"});
  CHECK(table.to_string() == "  name    n\n  ----  ---\n  日本    1\n  a     100\n");
  Table without_titles;
  without_titles.column("");
  without_titles.column("");
  without_titles.row({"a", "b"});
  CHECK(without_titles.to_string() == "  a  b\n");
}

TEST_CASE("the language server tells a person at a terminal that it is for editors") {
  World world;
  world.env.in_is_terminal = true;
  CHECK(world.run({"lsp"}) == kExitUsage);
  CHECK(world.err.str().find("speaks with an editor") != std::string::npos);
  CHECK(world.out.str().empty());
}
