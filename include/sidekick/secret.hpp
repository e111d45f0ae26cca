/// Values that must never be printed.
#pragma once

#include <string>
#include <string_view>

namespace sidekick {

/// A password or key. It does not convert to a string and has no operator<<: whoever needs it says reveal().
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }

 private:
  std::string value_;
};

/// `url` without its user information: "mongodb://user:pw@host/db" becomes "mongodb://host/db". All before the last '@'
/// goes, since a password may hold '@', '/' or ':'; text without a scheme becomes "***@host", but for "git@host:path".
/// "***" stands for a port that is no number and for query parameters named like a secret (password, token, key).
std::string redact_url(std::string_view url);

/// The content of a secret file, one trailing line break cut. Throws Error: no_input, denied, or config when it is
/// larger than 1 MiB. `what` names the setting in the message.
Secret read_secret_file(const std::string& path, std::string_view what);

}  // namespace sidekick
