#include "agent/config/resolve.hpp"

#include <algorithm>
#include <optional>

#include "agent/config/config_file.hpp"
#include "agent/config/duration.hpp"
#include "agent/config/unknown.hpp"
#include "sidekick/error.hpp"

namespace sidekick::config {

using namespace std::chrono_literals;

namespace {

/// One source that can give a setting: by its own name or by its file twin.
struct Level {
  Source source;
  std::optional<Value> direct;
  std::optional<Value> file_name;
};

std::string without_line_break(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

void check_characters(const Setting& setting, const Value& value) {
  const bool spans_lines = setting.form == Form::lines || setting.arity == Arity::repeated;
  const auto is_allowed = [&](char c) {
    const bool is_control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    return !is_control || (spans_lines && (c == '\n' || c == '\r' || c == '\t'));
  };
  for (const auto& text : value.texts)
    if (!std::ranges::all_of(text, is_allowed))
      throw Error(value.source == Source::flag ? ErrorKind::usage : ErrorKind::config,
                  value.origin + ": its value contains a control character",
                  "such as a line break; only one at its end is removed");
}

Error both_given(const Value& direct, const Value& file_name) {
  return {ErrorKind::config, direct.origin + " and " + file_name.origin + " exclude each other"};
}

std::optional<Value> settle(const Level& level, Review::Files files) {
  if (level.direct && level.file_name) throw both_given(*level.direct, *level.file_name);
  if (level.direct) return level.direct;
  if (!level.file_name) return {};
  if (files == Review::Files::untouched) {
    Value unread{{""}, level.source, Arity::one, level.file_name->origin, level.file_name->form};
    unread.is_unread = true;
    return unread;
  }
  const auto secret = read_secret_file(level.file_name->texts.back(), level.file_name->origin);
  if (secret.empty())
    throw Error(ErrorKind::config, level.file_name->origin + " '" + level.file_name->texts.back() + "': it is empty");
  return Value{{secret.reveal()}, level.source, Arity::one, level.file_name->origin, level.file_name->form};
}

Level by_flags(const Setting& setting, const Flags& flags) {
  Level level{Source::flag, {}, {}};
  const auto name = std::string(setting.name);
  if (const auto found = flags.given.find(name); found != flags.given.end())
    level.direct = Value{found->second, Source::flag, setting.arity, "--" + name, setting.form};
  if (const auto found = flags.given.find(name + "-file"); found != flags.given.end() && setting.has_file_twin())
    level.file_name = Value{found->second, Source::flag, Arity::one, "--" + name + "-file"};
  return level;
}

std::vector<std::string> split(std::string_view left, char separator) {
  std::vector<std::string> out;
  while (!left.empty()) {
    const auto end = left.find(separator);
    auto part = left.substr(0, end);
    if (separator == '\n' && part.ends_with('\r')) part.remove_suffix(1);
    if (!part.empty()) out.emplace_back(part);
    left = end == std::string_view::npos ? std::string_view() : left.substr(end + 1);
  }
  return out;
}

std::vector<std::string> texts_of(const Setting& setting, const std::string& text) {
  if (setting.arity != Arity::repeated || setting.list == List::whole) return {text};
  return setting.list == List::colons ? split(text, ':') : split_list(text);
}

std::optional<Value> variable(const Setting& setting, const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  if (found == environment.end() || is_injected_link(name, found->second)) return {};
  const auto text = without_line_break(found->second);
  if (text.empty()) throw Error(ErrorKind::config, name + ": its value is empty", "unset it, or give it a value");
  return Value{texts_of(setting, text), Source::environment, setting.arity, name, setting.form};
}

/// Nothing where it is not set, or is empty and may be.
std::optional<Value> peer_variable(const Setting& setting, const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  if (found == environment.end() || (found->second.empty() && setting.may_be_empty())) return {};
  return variable(setting, environment, std::string(name));
}

Level by_environment(const Setting& setting, const Environment& environment) {
  Level level{Source::environment, {}, {}};
  for (const auto name : {setting.alias, setting.name}) {
    if (name.empty()) continue;
    const auto plain = environment_name(name);
    if (auto value = variable(setting, environment, plain)) level.direct = std::move(value);
    if (!setting.has_file_twin()) continue;
    if (auto value = variable(setting, environment, plain + "_FILE")) level.file_name = std::move(value);
  }
  return level;
}

class Resolver {
 public:
  Resolver(const Schema& schema, const std::vector<std::string>& words, const Environment& environment, Review& review)
      : schema_(schema), environment_(environment), review_(review), flags_(parse_flags(schema, words, review)) {}

  Settings resolve() {
    for (const auto& setting : schema_.settings) review_.collect([&] { settle_above_file(setting); });
    for (const auto& setting : schema_.settings) put_in_place_of_new_name(setting);
    if (const auto* file = out_.values.find("config"); file && !schema_.file_keys.empty() && review_.reads_files())
      read_file(file->texts.back());
    for (const auto& setting : schema_.settings)
      if (!setting.fallback.empty() && !out_.values.find(setting.name))
        out_.values.set(setting.name,
                        {{std::string(setting.fallback)}, Source::fallback, setting.arity, {}, setting.form});
    out_.arguments = flags_.arguments;
    out_.values.put_under(&review_);
    for (auto& warning : unknown_variables(schema_, environment_)) out_.warnings.push_back(std::move(warning));
    return std::move(out_);
  }

 private:
  void settle_above_file(const Setting& setting) {
    auto value = settle(by_flags(setting, flags_), review_.files());
    if (value && !setting.deprecated_for.empty()) warn_of_flag(setting);
    if (!value || setting.levels == Levels::all_count) {
      auto below = settle(by_environment(setting, environment_), review_.files());
      if (!below) below = by_peer_variables(setting);
      if (!below) below = by_generic_variable(setting);
      if (value && below) value->texts.insert(value->texts.begin(), below->texts.begin(), below->texts.end());
      if (!value) value = std::move(below);
    }
    if (!value) return;
    check_characters(setting, *value);
    out_.values.set(setting.name, std::move(*value));
  }

  void put_in_place_of_new_name(const Setting& setting) {
    const auto* value = out_.values.find(setting.name);
    if (!value || !schema_.find(setting.deprecated_for) || parse_seconds(value->texts.back()) == 0ms) return;
    out_.values.set(setting.deprecated_for, *value);
  }

  void warn_of_flag(const Setting& setting) {
    std::string warning = "--" + std::string(setting.name) + " is deprecated";
    if (setting.deprecated_for == "-")
      warning += " and has no effect";
    else
      warning.append(": use --").append(setting.deprecated_for);
    out_.warnings.push_back(std::move(warning));
  }

  void warn_of_variable(const Setting& setting, std::string_view name) {
    const auto known = peer_variables(setting);
    std::string warning = "variable " + std::string(name) + " is deprecated";
    if (known.front().standing == PeerVariable::Standing::current)
      warning.append(": use ").append(known.front().name);
    else if (setting.deprecated_for != "-")
      warning.append(": use --").append(setting.deprecated_for);
    out_.warnings.push_back(std::move(warning));
  }

  std::optional<Value> by_peer_variables(const Setting& setting) {
    std::optional<Value> out;
    for (const auto& [name, standing] : peer_variables(setting)) {
      auto value = peer_variable(setting, environment_, name);
      if (!value) continue;
      if (standing == PeerVariable::Standing::deprecated) warn_of_variable(setting, name);
      if (out) out_.warnings.push_back("variable " + out->origin + " is overridden by " + value->origin);
      out = std::move(value);
    }
    return out;
  }

  std::optional<Value> by_generic_variable(const Setting& setting) const {
    if (setting.generic_variable.empty() || peer_is_told()) return {};
    const auto found = environment_.find(setting.generic_variable);
    if (found == environment_.end() || found->second.empty()) return {};
    auto value = variable(setting, environment_, std::string(setting.generic_variable));
    if (value && value->form == Form::go_duration) value->form = Form::seconds;
    return value;
  }

  /// Whether a flag or variable of the peer was given.
  bool peer_is_told() const {
    return std::ranges::any_of(schema_.settings, [&](const Setting& setting) {
      const auto variables = peer_variables(setting);
      const bool own = std::ranges::any_of(variables, [](const auto& one) { return is_named_for_peer(one.name); });
      const bool set = std::ranges::any_of(variables, [&](const auto& one) {
        return is_named_for_peer(one.name) && environment_.find(one.name) != environment_.end();
      });
      return set || (own && flags_.given.contains(setting.name));
    });
  }

  void read_file(const std::string& path) {
    for (auto& [key, entry] : read_config_file(schema_, path, review_)) {
      if (out_.values.find(key)) continue;
      Value value{{without_line_break(std::move(entry.text))}, Source::file, Arity::one, std::move(entry.origin)};
      review_.collect([&] {
        check_characters(*schema_.find(key), value);
        out_.values.set(key, std::move(value));
      });
    }
  }

  const Schema& schema_;
  const Environment& environment_;
  Review& review_;
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

bool is_named_for_peer(std::string_view variable) {
  return variable.starts_with("GITSYNC_") || variable.starts_with("GIT_SYNC_");
}

std::vector<std::string> split_list(const std::string& text) {
  return split(text, text.find('\n') == std::string::npos ? ',' : '\n');
}

Settings resolve(const Schema& schema, const std::vector<std::string>& words, const Environment& environment,
                 Review& review) {
  return Resolver(schema, words, environment, review).resolve();
}

Settings resolve(const Schema& schema, const std::vector<std::string>& words, const Environment& environment) {
  Review review;
  auto settings = resolve(schema, words, environment, review);
  if (!review.problems().empty()) throw Error(review.problems().front());
  settings.values.put_under(nullptr);
  return settings;
}

}  // namespace sidekick::config
