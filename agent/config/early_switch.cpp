#include "agent/config/early_switch.hpp"

#include <algorithm>
#include <optional>

namespace sidekick::config {

namespace {

/// The text that `word` gives to the switch; nothing where it is another word.
std::optional<std::string_view> text_for(const Setting& setting, std::string_view word) {
  if (!word.starts_with("--")) return {};
  const auto equals = word.find('=');
  const auto flag = word.substr(2, equals == std::string_view::npos ? equals : equals - 2);
  if (flag.empty() || (flag != setting.name && flag != setting.alias)) return {};
  return equals == std::string_view::npos ? "true" : word.substr(equals + 1);
}

}  // namespace

bool early_switch(const Schema& schema, std::string_view name, const std::vector<std::string>& words,
                  const Environment& environment) {
  const auto* const setting = schema.find(name);
  if (setting == nullptr || setting->arity != Arity::flag) return false;
  std::optional<std::string_view> text;
  for (const auto& word : words) {
    if (word == "--") break;
    if (const auto given = text_for(*setting, word)) text = given;
  }
  for (const auto known_as : {setting->name, setting->alias}) {
    if (text || known_as.empty()) continue;
    if (const auto found = environment.find(environment_name(known_as)); found != environment.end())
      text = found->second;
  }
  return text && parse_switch(*text).value_or(false);
}

}  // namespace sidekick::config
