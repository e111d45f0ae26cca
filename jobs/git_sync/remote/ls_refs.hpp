/// The command ls-refs of protocol version 2 (gitprotocol-v2: "ls-refs").
#pragma once

#include <span>
#include <string>
#include <vector>

#include "git_sync/remote/greeting.hpp"
#include "git_sync/remote/pkt_line.hpp"
#include "git_sync/remote/protocol_error.hpp"
#include "git_sync/remote/remote.hpp"

namespace sidekick::git_sync {

/// The lines at the start of each command of version 2.
void append_command(std::string& out, std::string_view command, const Greeting& greeting);

std::string ls_refs_request(const Greeting& greeting, std::span<const std::string> prefixes);

/// Throws malformed(), and Error data for an endless list.
class LsRefsReader final : public LineReader {
 public:
  explicit LsRefsReader(std::size_t max_bytes = RemoteLimits().max_listing_bytes) : limit_(max_bytes) {}

  Reading line(const PktLine& line) override;

  /// Once complete.
  std::vector<RemoteRef> take() { return std::move(refs_); }

 private:
  ListingLimit limit_;
  std::vector<RemoteRef> refs_;
};

}  // namespace sidekick::git_sync
