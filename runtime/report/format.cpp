// See format.hpp. Numbers never depend on the locale.
#include "runtime/report/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "compiler/base/number_text.hpp"

namespace nnc::rt {
namespace {

using namespace std::string_view_literals;

// The number with `decimals` digits after the point, without its unit.
std::string fixed(double value, int decimals) { return fmt::format("{:.{}f}", value, decimals); }

std::string significant(double value) {
  if (std::abs(value) >= 999.95 && std::abs(value) < 9999.5) return fixed(value, 0);
  return fmt::format("{:#.4g}", value);
}

// The length of the valid UTF-8 sequence at the start of `text`, or 0.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;  // overlong, surrogates
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;  // overlong, past the end
  return length;
}

}  // namespace

std::string split_of(std::string_view field) {
  const std::size_t dot = field.find('.');
  const std::string_view head = field.substr(0, dot);
  const bool is_split =
      dot != std::string_view::npos && std::ranges::find(kResultParts, head) != kResultParts.end();
  return is_split ? std::string(head) : "";
}

std::string metric_of(std::string_view field) {
  const std::string split = split_of(field);
  return std::string(split.empty() ? field : field.substr(split.size() + 1));
}

NumberForm form_of(std::string_view field) {
  if (split_of(field).empty()) {
    const ResultFieldInfo* info = find_result_field(field);
    return info != nullptr ? info->form : NumberForm::Plain;
  }
  const KnownMetric known = find_known_metric(metric_of(field));
  return known.metric != nullptr ? known.metric->form : NumberForm::Loss;
}

std::string readable_field(std::string_view field) {
  const std::string split = split_of(field);
  std::string metric = metric_of(field);
  const ResultFieldInfo* info = split.empty() ? find_result_field(metric) : nullptr;
  if (info != nullptr) return std::string(info->readable);
  if (const KnownMetric known = find_known_metric(metric); known.metric != nullptr) {
    metric.replace(known.at, known.metric->name.size(), known.metric->readable);
  }
  std::ranges::replace(metric, '_', ' ');
  return split.empty() ? metric : split + " " + metric;
}

std::string sentence(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string format_number(NumberForm form, double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
  switch (form) {
    case NumberForm::Percent:
      return fixed(value * 100, 2) + " %";
    case NumberForm::Score:
      return fixed(value, 4);
    case NumberForm::Loss:
      return significant(value);
    case NumberForm::Seconds:
      return measured_time_text(value);
    case NumberForm::Count:
      return std::abs(value) < 1e15 ? with_separators(std::llround(value)) : fmt::format("{:.4g}", value);
    case NumberForm::Plain:
      return fmt::format("{}", value);
  }
  return {};
}

std::string format_spread(NumberForm form, double mean, double deviation) {
  if (!std::isfinite(mean) || !std::isfinite(deviation)) return format_number(form, mean);
  switch (form) {
    case NumberForm::Percent:
      return fmt::format("{} ± {} %", fixed(mean * 100, 2), fixed(deviation * 100, 2));
    case NumberForm::Score:
      return fmt::format("{} ± {}", fixed(mean, 4), fixed(deviation, 4));
    case NumberForm::Loss:
      return fmt::format("{} ± {:.2g}", significant(mean), deviation);
    case NumberForm::Seconds:
      return measured_time_text(mean) + " ± " + measured_time_text(deviation);
    case NumberForm::Count:
    case NumberForm::Plain:
      return fmt::format("{} ± {:.3g}", format_number(form, mean), deviation);
  }
  return {};
}

std::string valid_text(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F;
    if (length == 0 || control) {
      if (byte != '\r') result += "\uFFFD";
      ++i;
    } else {
      result += text.substr(i, length);
      i += length;
    }
  }
  return result;
}

std::string escape_html(std::string_view text) {
  std::string result;
  for (const char c : valid_text(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string escape_markdown(std::string_view text) {
  std::string result;
  for (const char c : valid_text(text)) {
    if (c == '\n' || c == '\t') {
      result += ' ';
      continue;
    }
    if ("\\`*_[]<>&|#~$!"sv.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string escape_script(std::string_view json) {
  std::string result;
  for (const char c : json) {
    if (c == '<') {
      result += "\\u003c";
    } else {
      result += c;
    }
  }
  return result;
}

std::string slug(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && std::isalnum(byte) != 0) {
      result += static_cast<char>(std::tolower(byte));
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
    if (result.size() == 48) break;
  }
  while (result.ends_with('-')) result.pop_back();
  return result.empty() ? "section" : result;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const bool padding = i + k > bytes.size();
      result += padding ? '=' : kDigits[group >> (18 - 6 * k) & 63];
    }
  }
  return result;
}

}  // namespace nnc::rt
