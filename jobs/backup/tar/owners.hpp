/// Names of users and groups in the current image.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace sidekick::backup::tar {

/// Reads /etc/passwd and /etc/group once; a static binary has no other source. Unknown names are empty.
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
