#include <deque>

#include "agent/config/flags.hpp"
#include "sidekick/error.hpp"

namespace sidekick::config {

namespace {

bool takes_value(const Setting& setting) {
  return setting.arity != Arity::flag && setting.arity != Arity::count;
}

/// A number may be negative; '-' alone is a file name.
bool looks_like_flag(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && !(word[1] >= '0' && word[1] <= '9');
}

Error without_value(const Setting& setting, std::string_view cause) {
  std::string hint;
  if (setting.secrecy == Secrecy::secret)
    hint = "there is no terminal to ask on: use --" + std::string(setting.name) + "-file FILE or " +
           environment_name(setting.name) + "_FILE";
  return {ErrorKind::usage, "--" + std::string(setting.name) + ": " + std::string(cause), std::move(hint)};
}

class Speller {
 public:
  Speller(const Schema& schema, const std::vector<std::string>& words)
      : schema_(schema), left_(words.begin(), words.end()) {}

  std::vector<std::string> spell() {
    while (!left_.empty()) {
      const std::string word = take();
      if (word == "--")
        pass_on_rest();
      else if (word.starts_with("--"))
        spell_long(word);
      else if (looks_like_flag(word))
        spell_shorts(word);
      else
        out_.push_back(word);
    }
    return std::move(out_);
  }

 private:
  std::string take() {
    std::string word = std::move(left_.front());
    left_.pop_front();
    return word;
  }

  void pass_on_rest() {
    out_.emplace_back("--");
    while (!left_.empty()) out_.push_back(take());
  }

  void spell_long(const std::string& word) {
    const auto equals = word.find('=');
    const auto name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const auto* setting = schema_.find(name);
    const bool is_twin = name.ends_with("-file") && schema_.find(name.substr(0, name.size() - 5)) &&
                         schema_.find(name.substr(0, name.size() - 5))->has_file_twin();
    if (is_twin && !setting) return spell_twin(word, equals, name);
    if (!setting) return out_.push_back(word);  // the parser finds all that is unknown
    if (equals != std::string::npos) return give(*setting, word.substr(equals + 1));
    want_value(*setting);
  }

  void spell_twin(const std::string& word, std::size_t equals, const std::string& name) {
    std::string file;
    if (equals != std::string::npos)
      file = word.substr(equals + 1);
    else if (!left_.empty() && !looks_like_flag(left_.front()))
      file = take();
    if (file.empty()) throw Error(ErrorKind::usage, "--" + name + ": the name of a file is missing");
    out_.push_back("--" + name + "=" + file);
  }

  void spell_shorts(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); i++) {
      const auto& setting = by_short_name(word[i]);
      const auto rest = word.substr(i + 1);
      if (rest.empty()) return want_value(setting);
      if (rest[0] == '=') return give(setting, rest.substr(1));
      if (takes_value(setting)) return give(setting, rest);
      out_.push_back("--" + std::string(setting.name));
    }
  }

  const Setting& by_short_name(char c) const {
    for (const auto& setting : schema_.settings)
      if (setting.short_name == c) return setting;
    throw Error(ErrorKind::usage, std::string("unknown flag '-") + c + "'",
                "'sidekick " + std::string(schema_.command) + " --help-all' lists the flags");
  }

  void want_value(const Setting& setting) {
    if (!takes_value(setting)) return out_.push_back("--" + std::string(setting.name));
    if (!left_.empty() && !looks_like_flag(left_.front())) return give(setting, take());
    if (setting.arity != Arity::optional_value) throw without_value(setting, "its value is missing");
    give(setting, std::string(setting.implied));
  }

  void give(const Setting& setting, const std::string& value) {
    if (value.empty() && setting.may_be_empty()) return;
    if (value.empty()) throw without_value(setting, "its value is empty");
    out_.push_back("--" + std::string(setting.name) + "=" + value);
  }

  const Schema& schema_;
  std::deque<std::string> left_;
  std::vector<std::string> out_;
};

}  // namespace

std::vector<std::string> spell_out(const Schema& schema, const std::vector<std::string>& words) {
  return Speller(schema, words).spell();
}

}  // namespace sidekick::config
