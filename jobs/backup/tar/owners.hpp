/// Names of users and groups, as the image at hand has them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace sidekick::backup::tar {

/// Reads /etc/passwd and /etc/group once, and asks no other source: a static binary has none. Names that are not there
/// are empty.
class Owners final {
 public:
  Owners();
  std::string user(std::uint64_t uid) const;
  std::string group(std::uint64_t gid) const;

 private:
  std::map<std::uint64_t, std::string> users_;
  std::map<std::uint64_t, std::string> groups_;
};

}  // namespace sidekick::backup::tar
