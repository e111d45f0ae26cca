#include "agent/config/describe.hpp"
#include "sidekick/redact.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::config {

namespace {

/// A private key given in place of a public key, or of the name of its file.
bool is_private_key(std::string_view text) {
  return text.starts_with("AGE-SECRET-KEY-");
}

/// A connection string or a login given in place of a host or file.
bool may_be_url(const Setting& setting, std::string_view text) {
  return setting.value_name == "HOST" || text.find("://") != std::string_view::npos;
}

std::string shown(const Setting& setting, const Value& value) {
  std::string out;
  for (const auto& text : value.texts) {
    if (!out.empty()) out += ", ";
    switch (setting.secrecy) {
      case Secrecy::open:
        out += is_private_key(text) ? "***" : may_be_url(setting, text) ? redact_url(text) : redact_words(text);
        break;
      case Secrecy::secret:
        out += "***";
        break;
      case Secrecy::url:
        out += redact_url(text);
        break;
    }
  }
  return out;
}

std::string source(const Value& value) {
  switch (value.source) {
    case Source::flag:
      return "flag " + value.origin;
    case Source::environment:
      return "environment " + value.origin;
    case Source::file:
      return "file, " + value.origin;
    case Source::fallback:
      break;
  }
  return "default";
}

/// --help and the like are requests, not part of the configuration.
bool is_request(const Setting& setting) {
  for (const auto name : {"help", "help-all", "version", "print-config", "man"})
    if (setting.name == name) return true;
  return false;
}

}  // namespace

std::string print_config(const Schema& schema, const Settings& settings) {
  std::string out;
  for (const auto& setting : schema.settings) {
    if (is_request(setting)) continue;
    const auto* value = settings.values.find(setting.name);
    out += std::string(setting.name) + " = ";
    if (value)
      out += shown(setting, *value) + "  (" + source(*value) + ")\n";
    else
      out += setting.arity == Arity::flag ? "false  (default)\n" : "none  (default)\n";
  }
  for (const auto& argument : settings.arguments) out += "argument = " + redact_url(argument) + "  (flag)\n";
  return out;
}

}  // namespace sidekick::config
