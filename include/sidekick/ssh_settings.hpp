/// How to log in to an ssh server.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "sidekick/secret.hpp"

namespace sidekick {

/// Tries the key files in turn, then the password. Reads each again for each session.
struct SshSettings {
  std::vector<std::string> key_files{};
  Secret key_passphrase{};  ///< of those keys that have one
  Secret password{};
  std::string known_hosts_file{};
  bool check_known_hosts = true;
  std::chrono::milliseconds connect_timeout{30'000};
  std::chrono::milliseconds idle_timeout{60'000};  ///< the longest time without a byte in either direction
};

}  // namespace sidekick
