/// Users and groups by name or number, without the C library's look-up, which a static binary cannot have.
#pragma once

#include <string>
#include <string_view>

#include "sidekick/launch.hpp"

namespace sidekick::run {

/// Whom a program can run as, and what belongs to that.
struct Account {
  Identity identity;
  std::string name;  ///< empty where it has only a number
  std::string home;  ///< "/" where none is known
};

/// Reads "name", "uid", "name:group", "uid:gid" by files such as /etc/passwd and /etc/group, which need not be there. A
/// number without an entry is a user all the same, whose group has the same number. The supplementary groups are those
/// that list the name, unless a group was given. Throws Error of kind config for a name that is not known.
Account find_account(std::string_view text, const std::string& passwd_file, const std::string& group_file);

}  // namespace sidekick::run
