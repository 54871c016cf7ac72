// Reads the signatures of builtins.def. They are ours: a malformed one is an internal error.
#include "compiler/sema/signatures.hpp"

#include <algorithm>
#include <string_view>

#include "compiler/base/check.hpp"

namespace nnc::sema {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The text up to `separator`, which is taken off `rest` too.
std::string_view take_until(std::string_view& rest, std::string_view separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view head = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + separator.size());
  return trim(head);
}

Type parse_type(std::string_view text) {
  text = trim(text);
  if (text == "any") return {};
  if (text == "number|tensor") return Kind::Elementwise;
  if (text.starts_with('[')) return list_of(parse_type(text.substr(1, text.size() - 2)));
  if (text.find('|') != std::string_view::npos) {
    std::vector<std::string> words;
    while (!text.empty()) words.emplace_back(take_until(text, "|"));
    return choice_of(std::move(words));
  }
  const Type type = named_type(text);
  NNC_CHECK(!type.unknown(), std::string(text));
  return type;
}

Signature parse_signature(const BuiltinInfo& info) {
  Signature signature;
  signature.name = info.name;
  std::string_view result = info.signature;
  std::string_view parameters = take_until(result, "->");
  signature.result = parse_type(result);
  while (!parameters.empty()) {
    std::string_view declared = take_until(parameters, ",");
    SignatureParameter parameter;
    parameter.name = take_until(declared, ":");
    parameter.required = declared.find('=') == std::string_view::npos;
    parameter.type = parse_type(take_until(declared, "="));
    signature.parameters.push_back(std::move(parameter));
  }
  return signature;
}

}  // namespace

const Signature& builtin_signature(const BuiltinInfo& info) {
  static const std::vector<Signature> all = [] {
    std::vector<Signature> signatures;
    for (const BuiltinInfo& builtin : all_builtins()) signatures.push_back(parse_signature(builtin));
    return signatures;
  }();
  return all.at(static_cast<std::size_t>(info.builtin));
}

std::string count_of_arguments(std::size_t count) {
  if (count == 0) return "no arguments";
  return std::to_string(count) + (count == 1 ? " argument" : " arguments");
}

std::string given_text(std::size_t count) { return std::to_string(count) + (count == 1 ? " is" : " are"); }

std::string print_signature(const Signature& signature) {
  std::string text = "`" + signature.name + "(";
  for (std::size_t i = 0; i < signature.parameters.size(); ++i) {
    const SignatureParameter& parameter = signature.parameters[i];
    if (i > 0) text += ", ";
    text += parameter.name + (parameter.required ? "" : "?");
    if (!parameter.type.unknown()) text += ": " + type_text(parameter.type);
  }
  return text + ")`";
}

bool takes_one_tensor(const Signature& signature) {
  if (signature.parameters.empty()) return false;
  const Type& first = signature.parameters.front().type;
  const bool tensor = first.unknown() || first.is(Kind::Tensor) || first.is(Kind::Elementwise);
  return tensor && std::all_of(signature.parameters.begin() + 1, signature.parameters.end(),
                               [](const SignatureParameter& parameter) { return !parameter.required; });
}

}  // namespace nnc::sema
