/// Users and groups by name or number, without the lookup of the C library, which a static binary lacks.
#pragma once

#include <string>
#include <string_view>

#include "sidekick/launch.hpp"

namespace sidekick::run {

/// The account that a program runs as.
struct Account {
  Identity identity;
  std::string name;  ///< empty for a number without an entry
  std::string home;  ///< "/" if unknown
};

/// Parses "name", "uid", "name:group" or "uid:gid" by files such as /etc/passwd and /etc/group, which may be missing. A
/// number without an entry is a user whose group has the same number. The supplementary groups are those that list the
/// name, unless a group is given. Throws Error of kind config for an unknown name.
Account find_account(std::string_view text, const std::string& passwd_file, const std::string& group_file);

}  // namespace sidekick::run
