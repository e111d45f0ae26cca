#include "agent/config/resolve.hpp"

#include <optional>

#include "agent/config/config_file.hpp"
#include "sidekick/error.hpp"

namespace sidekick::config {

namespace {

constexpr std::string_view prefix = "SIDEKICK_";

/// One level that can tell a setting: by its own name or by its file twin.
struct Level {
  Source source;
  std::optional<Value> direct;
  std::optional<Value> file_name;
};

Error both_given(const Value& direct, const Value& file_name) {
  return {ErrorKind::config, direct.origin + " and " + file_name.origin + " exclude each other"};
}

std::optional<Value> settle(const Level& level) {
  if (level.direct && level.file_name) throw both_given(*level.direct, *level.file_name);
  if (level.direct) return level.direct;
  if (!level.file_name) return {};
  const auto secret = read_secret_file(level.file_name->texts.back(), level.file_name->origin);
  if (secret.empty())
    throw Error(ErrorKind::config,
                level.file_name->origin + " '" + level.file_name->texts.back() + "': the file is empty");
  return Value{{secret.reveal()}, level.source, Arity::one, level.file_name->origin};
}

Level by_flags(const Setting& setting, const Flags& flags) {
  Level level{Source::flag, {}, {}};
  const auto name = std::string(setting.name);
  if (const auto found = flags.given.find(name); found != flags.given.end())
    level.direct = Value{found->second, Source::flag, setting.arity, "--" + name};
  if (const auto found = flags.given.find(name + "-file"); found != flags.given.end() && setting.has_file_twin())
    level.file_name = Value{found->second, Source::flag, Arity::one, "--" + name + "-file"};
  return level;
}

/// Kubernetes describes every service to every container of its namespace, in the form of Docker's old links.
bool is_injected_link(std::string_view variable, std::string_view text) {
  return variable == "SIDEKICK_PORT" && (text.starts_with("tcp://") || text.starts_with("udp://"));
}

std::optional<Value> variable(const Setting& setting, const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  if (found == environment.end() || is_injected_link(name, found->second)) return {};
  if (found->second.empty())
    throw Error(ErrorKind::config, name + ": its value is empty", "unset it, or give it a value");
  auto texts = setting.arity == Arity::repeated ? split_list(found->second) : std::vector{found->second};
  return Value{std::move(texts), Source::environment, setting.arity, name};
}

Level by_environment(const Setting& setting, const Environment& environment) {
  Level level{Source::environment, {}, {}};
  for (const auto name : {setting.name, setting.alias}) {
    if (name.empty()) continue;
    const auto plain = environment_name(name);
    if (auto value = variable(setting, environment, plain)) level.direct = std::move(value);
    if (!setting.has_file_twin()) continue;
    if (auto value = variable(setting, environment, plain + "_FILE")) level.file_name = std::move(value);
  }
  return level;
}

std::vector<std::string> unknown_variables(const Schema& schema, const Environment& environment) {
  Environment known;
  std::vector<std::string> flags;
  for (const auto& setting : schema.settings)
    for (const auto name : {setting.name, setting.alias}) {
      if (name.empty()) continue;
      known.emplace(environment_name(name), "");
      if (setting.has_file_twin()) known.emplace(environment_name(name) + "_FILE", "");
    }
  std::vector<std::string_view> names;
  for (const auto& [name, unused] : known) names.push_back(name);
  std::vector<std::string> warnings;
  for (const auto& [name, text] : environment) {
    if (!name.starts_with(prefix) || (known.contains(name) && !is_injected_link(name, text))) continue;
    std::string warning = "variable " + name + " is ignored: no setting has that name";
    if (is_injected_link(name, text))
      warning = "variable " + name + " is ignored: it is the link of a service";
    else if (const auto near = nearest(name, names); !near.empty())
      warning.append(", the nearest is ").append(near);
    warnings.push_back(std::move(warning));
  }
  return warnings;
}

class Resolver {
 public:
  Resolver(const Schema& schema, const std::vector<std::string>& words, const Environment& environment)
      : schema_(schema), environment_(environment), flags_(parse_flags(schema, words)) {}

  Settings resolve() {
    for (const auto& setting : schema_.settings) settle_above_file(setting);
    if (const auto* file = out_.values.find("config"); file && !schema_.file_keys.empty())
      read_file(file->texts.back());
    for (const auto& setting : schema_.settings)
      if (!setting.fallback.empty() && !out_.values.find(setting.name))
        out_.values.set(setting.name, {{std::string(setting.fallback)}, Source::fallback, setting.arity, {}});
    out_.arguments = flags_.arguments;
    out_.warnings = unknown_variables(schema_, environment_);
    return std::move(out_);
  }

 private:
  void settle_above_file(const Setting& setting) {
    auto value = settle(by_flags(setting, flags_));
    if (!value) value = settle(by_environment(setting, environment_));
    if (value) out_.values.set(setting.name, std::move(*value));
  }

  void read_file(const std::string& path) {
    for (auto& [key, text] : read_config_file(schema_, path)) {
      if (out_.values.find(key)) continue;
      std::string origin = "key '";
      origin.append(key).append("' in '").append(path).append("'");
      out_.values.set(key, {{text}, Source::file, Arity::one, std::move(origin)});
    }
  }

  const Schema& schema_;
  const Environment& environment_;
  Flags flags_;
  Settings out_;
};

}  // namespace

Environment environment_of(const char* const* variables) {
  Environment out;
  for (; variables && *variables; variables++) {
    const std::string_view entry = *variables;
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos) out.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return out;
}

std::vector<std::string> split_list(const std::string& text) {
  const char separator = text.find('\n') == std::string::npos ? ',' : '\n';
  std::vector<std::string> out;
  std::string_view left = text;
  while (!left.empty()) {
    const auto end = left.find(separator);
    if (const auto part = left.substr(0, end); !part.empty()) out.emplace_back(part);
    left = end == std::string_view::npos ? std::string_view() : left.substr(end + 1);
  }
  return out;
}

Settings resolve(const Schema& schema, const std::vector<std::string>& words, const Environment& environment) {
  return Resolver(schema, words, environment).resolve();
}

}  // namespace sidekick::config
