/// Starts a program as a child.
#pragma once

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick {

/// Who a program runs as.
struct Identity {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;  ///< the supplementary ones
};

struct LaunchRequest {
  std::vector<std::string> argv;         ///< the program (looked up in PATH where it has no slash) and its arguments
  std::string folder;                    ///< its working directory; empty: ours
  std::vector<std::string> environment;  ///< "NAME=value", all of it
  /// Our descriptors for its standard input, output and error: the same number, or above 2, or -1 for /dev/null.
  std::array<int, 3> stdio{-1, -1, -1};
  std::optional<Identity> identity;
  std::optional<mode_t> umask;
  int nice = 0;                 ///< added to ours
  std::optional<int> terminal;  ///< a descriptor of our terminal, whose foreground group the program's becomes
  std::optional<int> reports;   ///< a pipe: the program runs below a keeper (keeper.hpp), which reports to it
};

/// Starts the program as the leader of a new process group, with no signal blocked, SIGPIPE not ignored and no other
/// descriptor open. The kernel kills it if the calling thread ends first. Returns its id, or that of its keeper; the
/// caller reaps it. Throws Error: usage (no words), no_input (no such program or folder), denied (not executable, or a
/// request is not permitted), io (fork fails).
pid_t launch(const LaunchRequest& request);

/// The search path if PATH is not set.
inline constexpr std::string_view usual_search = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The path of `program`: itself if it has a slash, else the first executable file of that name in the folders of
/// `search`, separated by colons. Throws Error of kind no_input, or denied if no such file is executable.
std::string find_program(const std::string& program, const std::string& search);

}  // namespace sidekick
