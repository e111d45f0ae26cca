#include "agent/config/flags.hpp"

#include <deque>

#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::config {

namespace {

constexpr std::string_view twin_suffix = "-file";

bool takes_value(const Setting& setting) {
  return setting.arity != Arity::flag && setting.arity != Arity::count;
}

/// A number may be negative; '-' alone is a file name.
bool looks_like_flag(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && !(word[1] >= '0' && word[1] <= '9');
}

std::vector<std::string> flag_names(const Schema& schema) {
  std::vector<std::string> names;
  for (const auto& setting : schema.settings) {
    names.emplace_back(setting.name);
    if (!setting.alias.empty()) names.emplace_back(setting.alias);
    if (setting.has_file_twin()) names.push_back(std::string(setting.name).append(twin_suffix));
  }
  return names;
}

/// `arguments` are those before the flag: where they are the first words of a command, the flag may be its own.
Error unknown_flag(const Schema& schema, const std::string& name, const std::vector<std::string>& arguments) {
  const auto what = "unknown flag '" + redact_url(name) + "'";
  const auto names = flag_names(schema);
  auto hint = name.starts_with("--") ? nearest_hint(name.substr(2), "--", {names.begin(), names.end()}) : std::string();
  if (hint.empty() && !arguments.empty() && schema.arguments.find("COMMAND") != std::string_view::npos)
    return {ErrorKind::usage, what + " after '" + redact_url(arguments.back()) + "'",
            "write -- before a command, so that its flags are its own: sidekick " + std::string(schema.command) +
                " -- COMMAND"};
  if (hint.empty()) hint = "'sidekick " + std::string(schema.command) + " --help-all' lists the flags";
  return {ErrorKind::usage, what, std::move(hint)};
}

Error without_value(const Setting& setting, std::string_view cause) {
  std::string hint;
  if (setting.secrecy == Secrecy::secret)
    hint = "there is no terminal to prompt on: use --" + std::string(setting.name) + "-file FILE or " +
           environment_name(setting.name) + "_FILE";
  return {ErrorKind::usage, "--" + std::string(setting.name) + ": " + std::string(cause), std::move(hint)};
}

class Parser {
 public:
  Parser(const Schema& schema, const std::vector<std::string>& words, Review& review)
      : schema_(schema), review_(review), left_(words.begin(), words.end()) {}

  Flags parse() {
    while (!left_.empty()) {
      const std::string word = take();
      if (word == "--")
        while (!left_.empty()) out_.arguments.push_back(take());
      else if (word.starts_with("--"))
        review_.collect([&] { parse_long(word.substr(2)); });
      else if (looks_like_flag(word))
        review_.collect([&] { parse_shorts(word); });
      else
        out_.arguments.push_back(word);
    }
    return std::move(out_);
  }

 private:
  std::string take() {
    std::string word = std::move(left_.front());
    left_.pop_front();
    return word;
  }

  /// The next word where it is a value and not a flag.
  std::optional<std::string> take_value() {
    if (left_.empty() || looks_like_flag(left_.front())) return std::nullopt;
    return take();
  }

  void parse_long(const std::string& word) {
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const auto text = equals == std::string::npos ? std::nullopt : std::optional(word.substr(equals + 1));
    if (const auto* setting = schema_.find(name)) return text ? give(*setting, *text) : want_value(*setting);
    const auto* owner =
        name.ends_with(twin_suffix) ? schema_.find(name.substr(0, name.size() - twin_suffix.size())) : nullptr;
    if (owner == nullptr || !owner->has_file_twin()) {
      if (!text) skip_value_of_unknown(name);
      throw unknown_flag(schema_, "--" + name, out_.arguments);
    }
    const auto file = (text ? text : take_value()).value_or("");
    if (file.empty()) throw Error(ErrorKind::usage, "--" + name + ": the name of a file is missing");
    out_.given[std::string(owner->name).append(twin_suffix)].push_back(file);
  }

  /// What follows a misspelt flag is its value where the flag that was meant has one, and not an argument.
  void skip_value_of_unknown(const std::string& name) {
    std::vector<std::string_view> names;
    names.reserve(schema_.settings.size());
    for (const auto& setting : schema_.settings) names.push_back(setting.name);
    const auto* const meant = schema_.find(nearest(name, names));
    if (meant != nullptr ? takes_value(*meant) : schema_.arguments.empty()) take_value();
  }

  void parse_shorts(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); i++) {
      const auto& setting = by_short_name(word[i]);
      const auto rest = word.substr(i + 1);
      if (rest.empty()) return want_value(setting);
      if (rest[0] == '=') return give(setting, rest.substr(1));
      if (takes_value(setting)) return give(setting, rest);
      give(setting, "true");
    }
  }

  const Setting& by_short_name(char c) const {
    for (const auto& setting : schema_.settings)
      if (setting.short_name == c) return setting;
    throw unknown_flag(schema_, {'-', c}, out_.arguments);
  }

  void want_value(const Setting& setting) {
    if (!takes_value(setting)) return give(setting, "true");
    if (const auto value = take_value()) return give(setting, *value);
    if (setting.arity != Arity::optional_value) throw without_value(setting, "its value is missing");
    give(setting, std::string(setting.implied));
  }

  void give(const Setting& setting, const std::string& value) {
    if (value.empty() && setting.may_be_empty()) return;
    if (value.empty()) throw without_value(setting, "its value is empty");
    out_.given[std::string(setting.name)].push_back(value);
  }

  const Schema& schema_;
  Review& review_;
  std::deque<std::string> left_;
  Flags out_;
};

}  // namespace

Flags parse_flags(const Schema& schema, const std::vector<std::string>& words, Review& review) {
  return Parser(schema, words, review).parse();
}

Flags parse_flags(const Schema& schema, const std::vector<std::string>& words) {
  Review review;
  auto flags = parse_flags(schema, words, review);
  if (!review.problems().empty()) throw Error(review.problems().front());
  return flags;
}

}  // namespace sidekick::config
