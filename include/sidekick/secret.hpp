/// Values that must never be printed.
#pragma once

#include <string>
#include <string_view>

namespace sidekick {

/// A password or key. Does not convert to a string and has no operator<<: call reveal().
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }

 private:
  std::string value_;
};

/// `url` without its user information: "mongodb://user:pw@host/db" becomes "mongodb://host/db". Removes all before the
/// last '@', since a password may hold '@', '/' or ':'; text without a scheme becomes "***@host", but for
/// "git@host:path". "***" replaces a port that is not a number, and query parameters named like a secret (password,
/// token, key).
std::string redact_url(std::string_view url);

/// The content of a secret file without one trailing line break. Throws Error: no_input, denied, or config if it is
/// larger than 1 MiB. `what` names the setting in the message.
Secret read_secret_file(const std::string& path, std::string_view what);

}  // namespace sidekick
