/// The file of host keys that ssh trusts (sshd(8): "SSH_KNOWN_HOSTS FILE FORMAT").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick {

struct KnownKey {
  std::string type;  ///< "ssh-ed25519"
  std::string key;   ///< in base64
  enum class Trust { trusted, revoked } trust = Trust::trusted;
  enum class Match { exact, without_port } match = Match::exact;  ///< without_port: the line names the host alone
};

/// The keys that `file` (its text) has for a host: by name, "[name]:port", pattern, or hash. Skips invalid lines and
/// those of certificate authorities.
std::vector<KnownKey> known_keys(std::string_view file, const std::string& host, std::uint16_t port);

enum class HostKeyVerdict { known, unknown, changed, revoked };

/// The verdict on a host that presents `key` (base64) of `type`. A key for the host without a port confirms it on other
/// ports, but contradicts nothing there.
HostKeyVerdict judge_host_key(const std::vector<KnownKey>& known, std::string_view type, std::string_view key);

}  // namespace sidekick
