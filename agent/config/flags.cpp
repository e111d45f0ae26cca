#include "agent/config/flags.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>

#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::config {

namespace {

std::vector<std::string> flag_names(const Schema& schema) {
  std::vector<std::string> names;
  for (const auto& setting : schema.settings) {
    names.emplace_back(setting.name);
    if (!setting.alias.empty()) names.emplace_back(setting.alias);
    if (setting.has_file_twin()) names.push_back(std::string(setting.name) + "-file");
  }
  return names;
}

Error unknown_flag(const Schema& schema, const std::string& word) {
  const auto name = word.substr(0, word.find('='));
  const auto names = flag_names(schema);
  auto hint = nearest_hint(std::string_view(name).substr(2), "--", {names.begin(), names.end()});
  if (hint.empty()) hint = "'sidekick " + std::string(schema.command) + " --help-all' lists the flags";
  return {ErrorKind::usage, "unknown flag '" + redact_url(name) + "'", std::move(hint)};
}

CLI::Option* declare(CLI::App& app, const Setting& setting) {
  std::string name = "--" + std::string(setting.name);
  if (setting.arity == Arity::flag || setting.arity == Arity::count) return app.add_flag(name);
  return app.add_option(name)->expected(1)->allow_extra_args(false)->multi_option_policy(
      CLI::MultiOptionPolicy::TakeAll);
}

CLI::Option* declare_twin(CLI::App& app, const Setting& setting) {
  return app.add_option("--" + std::string(setting.name) + "-file")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void collect(Flags& flags, const std::string& name, const CLI::Option& option) {
  if (option.count() > 0) flags.given[name] = option.results();
}

}  // namespace

Flags parse_flags(const Schema& schema, const std::vector<std::string>& words) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::map<std::string, CLI::Option*, std::less<>> options;
  for (const auto& setting : schema.settings) {
    options[std::string(setting.name)] = declare(app, setting);
    if (setting.has_file_twin()) options[std::string(setting.name) + "-file"] = declare_twin(app, setting);
  }
  std::vector<std::string> arguments;
  app.add_option("arguments", arguments);

  auto spelled = spell_out(schema, words);
  std::ranges::reverse(spelled);
  try {
    app.parse(std::move(spelled));
  } catch (const CLI::ParseError& error) {
    std::string text = error.what();
    std::ranges::replace(text, '\n', ' ');
    throw Error(ErrorKind::usage, "cannot understand the flags: " + text);
  }
  for (const auto& word : app.remaining())
    if (word.starts_with("--") && word.size() > 2) throw unknown_flag(schema, word);

  Flags flags;
  flags.arguments = std::move(arguments);
  for (const auto& [name, option] : options) collect(flags, name, *option);
  return flags;
}

}  // namespace sidekick::config
