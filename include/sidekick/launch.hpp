/// Starting a program as a child.
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
  /// Our descriptors that become its standard input, output and error: each the same number there, or above 2, or -1
  /// for /dev/null.
  std::array<int, 3> stdio{-1, -1, -1};
  std::optional<Identity> identity;
  std::optional<mode_t> umask;
  int nice = 0;                 ///< added to ours
  std::optional<int> terminal;  ///< a descriptor of our terminal, whose foreground group the program's becomes
  std::optional<int> reports;   ///< a pipe: the program runs below a keeper (keeper.hpp), which reports to it
};

/// Starts the program as the leader of a new process group, with no signal blocked and SIGPIPE not ignored; no other
/// descriptor reaches it, and it is killed where the calling thread ends before it. Returns its id, or that of its
/// keeper; the caller collects it. Throws Error: usage (no words), no_input (no such program or folder), denied (not
/// executable, or what was asked for is not allowed), io (no process can be made).
pid_t launch(const LaunchRequest& request);

/// Where programs are looked up when there is no PATH.
inline constexpr std::string_view usual_search = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Where `program` is: itself when it has a slash, else the first executable file of that name in the folders of
/// `search`, separated by colons. Throws Error of kind no_input, or denied where all there is may not be executed.
std::string find_program(const std::string& program, const std::string& search);

}  // namespace sidekick
