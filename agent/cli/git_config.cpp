#include "agent/cli/git_config.hpp"

#include "sidekick/error.hpp"

namespace sidekick::cli {

namespace {

Error cannot_read(const std::string& cause) {
  return {ErrorKind::config, "cannot read --git-config: " + cause,
          "write it as key:value,key:value; quote a key that holds a colon"};
}

std::string lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return out;
}

/// "HTTP.https://Host/.SslVerify" is http.https://Host/.sslverify to git.
std::string fold_case(const std::string& key) {
  const auto first = key.find('.');
  const auto last = key.rfind('.');
  if (first == std::string::npos || first == 0 || last + 1 == key.size())
    throw cannot_read("'" + key + "' is no key of git");
  return lower(key.substr(0, first)) + key.substr(first, last - first) + lower(key.substr(last));
}

class Reader {
 public:
  explicit Reader(std::string_view text) : left_(text) {}

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
    if (left_.empty()) throw cannot_read("it ends in the middle of an entry");
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
        throw cannot_read("an escape is none of \\n, \\t, \\\", \\, and \\\\");
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
      if (take() != ':') throw cannot_read("no colon follows the key '" + key + "'");
      return key;
    }
    std::string key;
    for (;;) {
      if (left_.empty() || left_.front() == ',') throw cannot_read("an entry has no value");
      const char c = take();
      if (c == ':') return key;
      key += c;
    }
  }

  std::string read_value() {
    if (left_.starts_with('"')) {
      take();
      auto value = read_quoted();
      if (!left_.empty() && take() != ',') throw cannot_read("no comma follows a quoted value");
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

std::vector<GitConfigEntry> parse_git_config(std::string_view text) {
  return Reader(text).read();
}

}  // namespace sidekick::cli
