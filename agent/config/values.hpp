/// The values of a command, each with its source, read as the required type.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/setting.hpp"
#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::config {

enum class Source { flag, environment, file, fallback };

struct Value {
  std::vector<std::string> texts;
  Source source = Source::fallback;
  Arity arity = Arity::one;
  std::string origin;  ///< "--uri", "SIDEKICK_URI_FILE", "key 'uri' of 'x.yml'"; empty for a default
  Form form = Form::free;
};

/// Names are those of Setting::name. Every getter throws Error of kind usage (the value came from a flag) or config (it
/// did not) that names the source when the text is invalid. Immutable after it is filled.
class Values {
 public:
  void set(std::string_view name, Value value);

  /// Nothing where there is not even a default.
  const Value* find(std::string_view name) const noexcept;

  /// True when it was given and is not merely the default. A flag given as false counts as not given.
  bool given(std::string_view name) const;

  bool flag(std::string_view name) const;
  std::string text(std::string_view name) const;
  Secret secret(std::string_view name) const { return Secret(text(name)); }
  std::vector<std::string> list(std::string_view name) const;
  /// How often a count was given; 0 when not given.
  int count(std::string_view name) const;
  std::optional<int> integer(std::string_view name, int min, int max) const;
  /// Parsed according to its form; negative only where that allows a sign.
  std::optional<std::chrono::milliseconds> duration(std::string_view name) const;
  /// One of `allowed`; empty when not given and without a default.
  std::string choice(std::string_view name, const std::vector<std::string_view>& allowed) const;

  /// An error about the value of `name`: "--workers '0': not a number from 1 to 64".
  Error bad_value(std::string_view name, const std::string& cause, std::string hint = {}) const;

  /// The same without the value, where `cause` contains the invalid part, or where it may be a secret: "--keep: rule
  /// 'last=x': not a number".
  Error bad_setting(std::string_view name, const std::string& cause, std::string hint = {}) const;

 private:
  std::map<std::string, Value, std::less<>> values_;
};

/// true, 1, yes, on, the other values that Go accepts for true, and their opposites; nothing for other texts.
std::optional<bool> parse_switch(std::string_view text);

}  // namespace sidekick::config
