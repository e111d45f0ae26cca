#include "git_sync/remote/login_files.hpp"

#include <algorithm>

#include "sidekick/error.hpp"
#include "sidekick/lines.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::string_view blanks = " \t\r\n";

class NetrcReader final {
 public:
  explicit NetrcReader(std::string_view text) : left_(text) {}

  /// The next word; nothing at the end.
  std::optional<std::string> word() {
    for (;;) {
      skip_blanks();
      if (left_.empty()) return {};
      if (!left_.starts_with('#')) return value();
      take_line(left_);
    }
  }

  /// The value of a keyword, which may begin with '#'.
  std::string value() {
    skip_blanks();
    if (left_.starts_with('"')) return quoted();
    const auto end = std::min(left_.find_first_of(blanks), left_.size());
    std::string out(left_.substr(0, end));
    left_.remove_prefix(end);
    return out;
  }

  /// A macro ends with an empty line.
  void skip_macro() {
    take_line(left_);
    while (!left_.empty() && take_line(left_).find_first_not_of(blanks) != std::string_view::npos) {
    }
  }

 private:
  void skip_blanks() { left_.remove_prefix(std::min(left_.find_first_not_of(blanks), left_.size())); }

  std::string quoted() {
    std::string out;
    std::size_t i = 1;
    for (; i < left_.size() && left_[i] != '"'; i++) {
      if (left_[i] == '\\' && i + 1 < left_.size()) i++;
      out += left_[i];
    }
    left_.remove_prefix(std::min(i + 1, left_.size()));
    return out;
  }

  std::string_view left_;
};

struct NetrcEntry {
  bool fits_host = false;
  std::optional<std::string> login;
  std::optional<std::string> password;

  bool fits(const Url& url) const {
    return fits_host && password && (url.user.empty() || !login || *login == url.user);
  }
};

}  // namespace

std::optional<UserPassword> login_in_netrc(std::string_view text, const Url& url, NetrcDefault which) {
  NetrcReader reader(text);
  NetrcEntry entry;
  const auto found = [&]() -> std::optional<UserPassword> {
    if (!entry.fits(url)) return {};
    return UserPassword{entry.login.value_or(url.user), Secret(*entry.password)};
  };
  while (const auto word = reader.word()) {
    if (*word == "machine" || *word == "default") {
      if (auto login = found()) return login;
      const bool is_default = *word == "default";
      entry = {is_default ? which == NetrcDefault::counts : reader.value() == url.host, {}, {}};
    } else if (*word == "login") {
      entry.login = reader.value();
    } else if (*word == "password") {
      entry.password = reader.value();
    } else if (*word == "account") {
      reader.value();
    } else if (*word == "macdef") {
      reader.skip_macro();
    }
  }
  return found();
}

std::optional<UserPassword> login_in_git_credentials(std::string_view text, const Url& url) {
  while (!text.empty()) {
    auto line = take_line(text);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    try {
      const auto entry = parse_url(line);
      if (same_origin(entry, url) && !entry.password.empty() && (url.user.empty() || url.user == entry.user))
        return UserPassword{entry.user, entry.password};
    } catch (const Error&) {
      continue;
    }
  }
  return {};
}

}  // namespace sidekick::git_sync
