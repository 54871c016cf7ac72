// nnc man: the manual page nnc(1), written from the model of the command line. The install rule asks
// for it.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <span>

#include "compiler/driver/command_model.hpp"
#include "compiler/driver/commands.hpp"

namespace nnc {
namespace {

struct Entry {
  std::string_view name;
  std::string_view what;
};

constexpr Entry kExitCodes[] = {
    {"0", "all went well"},
    {"1", "the program has errors, a run failed, or with --strict a claim was refuted"},
    {"2", "the command line is wrong, or the world: files, disk, memory"},
    {"3", "some trials of a sweep failed"},
    {"70", "a mistake in nnc itself; please report it"},
    {"130", "interrupted, 143 after SIGTERM; the same command goes on from there"},
    {"141", "all went well, but nobody read the output to its end, as in `nnc explain E0404 | head -3`"},
};

constexpr Entry kVariables[] = {
    {"NNC_STORE", "the folder in which trials are kept, in place of .nnc beside the program"},
    {"NNC_WITHOUT", "optimizations to switch off, as for --without"},
    {"NO_COLOR", "if set and not empty: no colours, unless --color says otherwise"},
    {"CLICOLOR_FORCE", "if set and neither empty nor 0: colours also where the output is no terminal"},
    {"TERM", "if it is dumb: no colours, and progress line by line"},
};

constexpr Entry kFiles[] = {
    {".nnc", "beside a program: the store of its trials, kept from run to run"},
    {"runs/NAME", "what a run of NAME.nn writes: report.html, report.md, results.json"},
};

// Text of a line: nothing in it is a request, and a minus sign stays one when it is copied.
std::string roff(std::string_view text) {
  std::string result = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char character : text) {
    if (character == '\\') {
      result += "\\e";
    } else if (character == '-') {
      result += "\\-";
    } else {
      result += character;
    }
  }
  return result;
}

std::string entries(const std::string& title, std::span<const Entry> list) {
  std::string text = fmt::format(".SH {}\n", title);
  for (const Entry& entry : list) text += fmt::format(".TP\n.B {}\n{}\n", roff(entry.name), roff(entry.what));
  return text;
}

std::string option_entry(const CommandOption& option) {
  std::string names;
  for (const std::string& name : option.names())
    names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", roff(name));
  if (!option.value.empty())
    names += fmt::format("{}\\fI{}\\fR", names.empty() ? "" : " ", roff(option.value));
  return fmt::format(".TP\n{}\n{}\n", names, roff(option.what));
}

std::string examples(const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string text = ".PP\n.nf\n.RS\n";
  for (const std::string& line : lines) text += roff(line) + "\n";
  return text + ".RE\n.fi\n";
}

bool is_common(const CommandModel& model, const CommandOption& option) {
  const auto has = [&](const CommandVerb& verb) {
    return std::ranges::any_of(verb.options, [&](const CommandOption& other) {
      return other.names() == option.names() && other.value == option.value && other.what == option.what;
    });
  };
  return std::ranges::all_of(model.verbs, has);
}

std::string verb_section(const CommandModel& model, const CommandVerb& verb) {
  std::string usage = fmt::format("\\fBnnc {}\\fR [\\fIoptions\\fR]", verb.name);
  for (const CommandOption& argument : verb.arguments) {
    const std::string name =
        fmt::format("\\fI{}\\fR{}", roff(argument.value), argument.repeated ? " ..." : "");
    usage += argument.required ? " " + name : fmt::format(" [{}]", name);
  }
  std::string text = fmt::format(".SS {}\n{}\n.PP\n{}.\n", roff(verb.name), usage, roff(verb.what));
  for (const CommandOption& argument : verb.arguments) text += option_entry(argument);
  for (const CommandOption& option : verb.options) {
    if (!is_common(model, option)) text += option_entry(option);
  }
  return text + examples(verb.examples);
}

std::string common_options(const CommandModel& model) {
  std::string text = ".SH OPTIONS\nEvery command takes these.\n";
  for (const CommandOption& option : model.verbs.front().options) {
    if (is_common(model, option)) text += option_entry(option);
  }
  return text;
}

std::string man_page(const CommandModel& model) {
  std::string text = fmt::format(
      ".\\\" Made by `nnc man`.\n"
      ".TH NNC 1 \"\" \"nnc {}\" \"User Commands\"\n"
      ".SH NAME\nnnc \\- compiler and interpreter for .nn files\n"
      ".SH SYNOPSIS\n\\fBnnc\\fR \\fIcommand\\fR [\\fIoptions\\fR] [\\fIFILE.nn\\fR]\n"
      ".SH DESCRIPTION\n{}\n.PP\nWithout a file a command takes the sole .nn file of the folder.\n",
      NNC_VERSION, roff(model.what));
  text += common_options(model) + ".SH COMMANDS\n";
  for (const CommandVerb& verb : model.verbs) text += verb_section(model, verb);
  text += entries("EXIT STATUS", kExitCodes) + entries("ENVIRONMENT", kVariables) + entries("FILES", kFiles);
  return text + ".SH EXAMPLES" + "\n" + examples(model.examples);
}

}  // namespace

int cmd_man(Env& env, const Options&) {
  *env.out << man_page(command_model());
  if (env.out_is_terminal)
    *env.err << "this is the page as man reads it; to read it yourself: nnc man | man -l -\n";
  return kExitOk;
}

}  // namespace nnc
