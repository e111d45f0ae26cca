#include <algorithm>

#include "agent/config/describe.hpp"

namespace sidekick::config {

namespace {

constexpr std::size_t text_column = 34;
constexpr std::size_t last_column = 100;

/// Appends one paragraph. Lines after the first begin at `indent`; the first continues the last line of `out`.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent) {
  std::size_t column = out.size() - (out.rfind('\n') == std::string::npos ? 0 : out.rfind('\n') + 1);
  bool first = true;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    if (!first && column + 1 + word.size() > last_column) {
      out.append("\n").append(indent, ' ');
      column = indent;
    } else if (!first) {
      out += ' ';
      column++;
    }
    out += word;
    column += word.size();
    first = false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out += '\n';
}

/// Appends paragraphs, which an empty line separates in `text` and in `out`.
void append_paragraphs(std::string& out, std::string_view text) {
  constexpr std::string_view separator = "\n\n";
  for (auto end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
    append_wrapped(out, text.substr(0, end), 0);
    out += '\n';
    text.remove_prefix(end + separator.size());
  }
  append_wrapped(out, text, 0);
}

void append_setting(std::string& out, const Setting& setting) {
  std::string line = setting.short_name ? "  " + flag_syntax(setting) : "      " + flag_syntax(setting);
  if (line.size() + 2 > text_column)
    line.append("\n").append(text_column, ' ');
  else
    line.resize(text_column, ' ');
  out += line;
  append_wrapped(out, full_help(setting), text_column);
}

std::string variables_paragraph(const Schema& schema) {
  if (!schema.variables.empty()) return std::string(schema.variables);
  const std::string order = schema.file_keys.empty() ? "environment, default." : "environment, file, default.";
  return "Each flag is also an environment variable: --log-level is SIDEKICK_LOG_LEVEL, --nsInclude is "
         "SIDEKICK_NS_INCLUDE "
         "(several values: one per line, or separated by commas). The first of these counts: flag, " +
         order;
}

}  // namespace

std::string flag_syntax(const Setting& setting) {
  std::string out = setting.short_name ? std::string{'-', setting.short_name, ',', ' '} : std::string();
  out.append("--").append(setting.name);
  const std::string value(setting.value_name);
  if (setting.arity == Arity::optional_value || setting.arity == Arity::count)
    out += "[=" + value + "]";
  else if (setting.arity != Arity::flag)
    out += "=" + value;
  if (!setting.alias.empty()) out.append(", --").append(setting.alias);
  return out;
}

std::string full_help(const Setting& setting) {
  std::string out(setting.help);
  if (setting.arity == Arity::repeated) out += "; may be given several times";
  if (setting.deprecated_for == "-")
    out += ". Deprecated: not needed";
  else if (!setting.deprecated_for.empty())
    out.append(". Deprecated: use --").append(setting.deprecated_for);
  if (!setting.fallback.empty()) out.append(" (default: ").append(setting.fallback).append(")");
  if (!setting.remark.empty()) out.append(". Differs: ").append(setting.remark);
  if (setting.has_file_twin())
    out.append(". From a file: --")
        .append(setting.name)
        .append("-file or ")
        .append(environment_name(setting.name) + "_FILE");
  if (const auto variables = peer_variables(setting); !variables.empty())
    out.append(". Variable: ").append(variables.front().name);
  else if (!setting.generic_variable.empty())
    out.append(". Variable: ").append(setting.generic_variable);
  return out;
}

std::string variables_text(const Setting& setting) {
  std::string out = environment_name(setting.name);
  for (const auto& variable : peer_variables(setting)) out.append(", ").append(variable.name);
  if (!setting.generic_variable.empty()) out.append(", ").append(setting.generic_variable);
  return out;
}

std::vector<std::string_view> groups(const Schema& schema) {
  std::vector<std::string_view> out;
  for (const auto& setting : schema.settings)
    if (std::ranges::find(out, setting.group) == out.end()) out.push_back(setting.group);
  return out;
}

std::string exit_codes_text(const Schema& schema) {
  if (!schema.exit_codes.empty()) return std::string(schema.exit_codes);
  return "0 done, 64 usage, 65 bad data, 66 no input, 69 unavailable, 70 bug, 73 cannot create, 74 input or output, "
         "75 temporary, 77 denied, 78 configuration, 124 out of time, 128+n stopped by signal n.";
}

std::string help(const Schema& schema, Extent extent) {
  const auto is_shown = [&](const Setting& setting) { return extent == Extent::all || schema.is_first(setting); };
  const auto shown = std::ranges::count_if(schema.settings, is_shown);
  std::string out = "Usage: sidekick " + std::string(schema.command) + " [flags]" +
                    (schema.arguments.empty() ? "" : " ") + std::string(schema.arguments) + "\n\n";
  append_wrapped(out, schema.summary, 0);
  out += '\n';
  append_paragraphs(out, schema.description);
  for (const auto group : groups(schema)) {
    const auto belongs = [&](const Setting& setting) { return setting.group == group && is_shown(setting); };
    if (std::ranges::none_of(schema.settings, belongs)) continue;
    out.append("\n").append(group).append(":\n");
    for (const auto& setting : schema.settings)
      if (belongs(setting)) append_setting(out, setting);
  }
  out += "\n";
  if (const auto all = std::ssize(schema.settings); shown < all)
    append_wrapped(out,
                   "These are " + std::to_string(shown) + " of " + std::to_string(all) + " flags: 'sidekick " +
                       std::string(schema.command) + " --help-all' shows all of them.",
                   0);
  append_wrapped(out, variables_paragraph(schema), 0);
  append_wrapped(out, "Exit codes: " + exit_codes_text(schema), 0);
  return out;
}

}  // namespace sidekick::config
