#include "agent/cli/git_sync/git_config.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "sidekick/error.hpp"
#include "sidekick/lower_case.hpp"

namespace sidekick::cli {

namespace {

Error cannot_read(const std::string& cause) {
  return {ErrorKind::config, "cannot read --git-config: " + cause,
          "write it as key:value, several separated by commas; quote a key that contains a colon"};
}

/// "HTTP.https://Host/.SslVerify" is http.https://Host/.sslverify to git.
std::string fold_case(const std::string& key) {
  const auto first = key.find('.');
  const auto last = key.rfind('.');
  if (first == std::string::npos || first == 0 || last + 1 == key.size())
    throw cannot_read("'" + key + "' is not a valid git key");
  return lower_case(key.substr(0, first)) + key.substr(first, last - first) + lower_case(key.substr(last));
}

using Words = std::array<std::string_view, 8>;

// Programs that git runs, files that it reads, and logins that it keeps.
constexpr std::array<std::string_view, 4> refused_sections{"credential", "filter", "include", "includeif"};
constexpr std::array<std::string_view, 7> http_names{"sslcapath",      "cookiefile", "pinnedpubkey", "followredirects",
                                                     "curloptresolve", "sslversion", "sslcipherlist"};
constexpr std::array<std::string_view, 3> remote_names{"url", "proxy", "uploadpack"};
constexpr std::array<std::string_view, 3> submodule_names{"url", "update", "active"};

/// A setting that makes no difference with some values, such as its default.
struct HarmlessValues {
  std::string_view key;
  Words values;
};
constexpr std::array<HarmlessValues, 9> with_harmless_values{{
    {"core.sshcommand", {}},
    {"core.gitproxy", {}},
    {"core.askpass", {}},
    {"core.attributesfile", {}},
    {"core.autocrlf", {"false", "no", "off", "0", "", "input"}},
    {"core.eol", {"lf", "native", ""}},
    {"core.symlinks", {"true", "yes", "on", "1"}},
    {"fetch.fsckobjects", {"false", "no", "off", "0", ""}},
    {"transfer.fsckobjects", {"false", "no", "off", "0", ""}},
}};

class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

  GitConfigEntry read_one() {
    auto key = fold_case(read_key());
    if (left_.starts_with('"')) return {std::move(key), read_value()};
    std::string value;
    while (!left_.empty()) {
      const char c = take();
      value += c == '\\' ? take_escaped() : c;
    }
    return {std::move(key), std::move(value)};
  }

  std::vector<GitConfigEntry> read() {
    std::vector<GitConfigEntry> out;
    while (!left_.empty()) {
      auto key = fold_case(read_key());
      out.push_back({std::move(key), read_value()});
    }
    return out;
  }

 private:
  char take() {
    if (left_.empty()) throw cannot_read("it ends inside an entry");
    const char c = left_.front();
    left_.remove_prefix(1);
    return c;
  }

  char take_escaped() {
    switch (const char c = take(); c) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case '"':
      case ',':
      case '\\':
        return c;
      default:
        throw cannot_read("an escape is not one of \\n, \\t, \\\", \\, and \\\\");
    }
  }

  std::string read_quoted() {
    std::string out;
    for (;;) {
      const char c = take();
      if (c == '"') return out;
      out += c == '\\' ? take_escaped() : c;
    }
  }

  std::string read_key() {
    while (left_.starts_with(' ')) left_.remove_prefix(1);
    if (left_.starts_with('"')) {
      take();
      auto key = read_quoted();
      if (take() != ':') throw cannot_read("there is no colon after the key '" + key + "'");
      return key;
    }
    std::string key;
    for (;;) {
      if (left_.empty() || left_.front() == ',') throw cannot_read("an entry has no value");
      const char c = take();
      if (c == ':' && left_.starts_with("//")) throw cannot_read("the key '" + key + "://...' is not in quotes");
      if (c == ':') return key;
      key += c;
    }
  }

  std::string read_value() {
    if (left_.starts_with('"')) {
      take();
      auto value = read_quoted();
      if (!left_.empty() && take() != ',') throw cannot_read("there is no comma after a quoted value");
      return value;
    }
    std::string value;
    while (!left_.empty()) {
      const char c = take();
      if (c == ',') return value;
      value += c == '\\' ? take_escaped() : c;
    }
    return value;
  }

  std::string_view left_;
};

}  // namespace

GitConfigEntry parse_git_config_entry(std::string_view text) {
  return Reader(text).read_one();
}

bool changes_result(const GitConfigEntry& entry) {
  const std::string_view key = entry.key;
  const auto section = key.substr(0, key.find('.'));
  const auto name = key.substr(key.rfind('.') + 1);
  const bool has_subsection = key.find('.') != key.rfind('.');
  const auto is_one_of = [](std::string_view word, std::span<const std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
  };
  if (is_one_of(section, refused_sections)) return true;
  if (section == "http") return is_one_of(name, http_names);
  if (section == "remote") return is_one_of(name, remote_names);
  if (section == "submodule") return has_subsection && is_one_of(name, submodule_names);
  const auto harmless = std::ranges::find(with_harmless_values, key, &HarmlessValues::key);
  return harmless != with_harmless_values.end() && !is_one_of(lower_case(entry.value), harmless->values);
}

std::vector<GitConfigEntry> parse_git_config(std::string_view text) {
  return Reader(text).read();
}

}  // namespace sidekick::cli
