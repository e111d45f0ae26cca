#include <algorithm>

#include "agent/config/describe.hpp"

namespace sidekick::config {

namespace {

/// Text that roff takes literally: no escapes, no requests at the start of a line, real minus signs.
std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n'))
      out.append("\\&").append(1, c);
    else
      out += c;
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

}  // namespace

std::string man_page(const Schema& schema, const std::string& version) {
  auto name = "sidekick-" + std::string(schema.command);
  std::ranges::replace(name, ' ', '-');
  std::string out = ".TH " + upper(name) + " 1 \"\" \"sidekick " + version + "\"\n";
  out += ".SH NAME\n" + literal(name) + " \\- " + literal(schema.summary) + "\n";
  out += ".SH SYNOPSIS\n.B sidekick " + literal(schema.command) + "\n[flags] " + literal(schema.arguments) + "\n";
  out += ".SH DESCRIPTION\n" + literal(schema.description) + "\n";
  for (const auto group : groups(schema)) {
    out += ".SH \"" + upper(literal(group)) + "\"\n";
    for (const auto& setting : schema.settings)
      if (setting.group == group)
        out += ".TP\n.B " + literal(flag_syntax(setting)) + "\n" + literal(full_help(setting)) + ".\n";
  }
  out += ".SH ENVIRONMENT\n";
  for (const auto& setting : schema.settings)
    out += ".TP\n.B " + literal(variables_text(setting)) + "\nThe same as " +
           literal("--" + std::string(setting.name)) + ".\n";
  out += ".SH \"EXIT STATUS\"\n" + literal(exit_codes_text(schema)) + "\n";
  return out;
}

}  // namespace sidekick::config
