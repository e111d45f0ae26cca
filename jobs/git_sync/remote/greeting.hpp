/// The greeting of a git server: its protocol version, its capabilities, and in the old protocol all of its refs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/remote/pkt_line.hpp"
#include "git_sync/remote/protocol_error.hpp"
#include "git_sync/remote/remote.hpp"

namespace sidekick::git_sync {

struct Greeting {
  int version = 0;  ///< 0 (also for 1) or 2
  std::map<std::string, std::string, std::less<>> capabilities;
  std::vector<RemoteRef> refs;    ///< version 0 only
  std::vector<ObjectId> shallow;  ///< version 0 only: the server's own boundary

  bool can(std::string_view capability) const { return capabilities.contains(capability); }

  /// True when the value of `capability`, words separated by blanks, contains `word`.
  bool can(std::string_view capability, std::string_view word) const;
};

/// Reads a greeting (gitprotocol-v2: "Initial Client Request", gitprotocol-pack: "Reference Discovery"), also over
/// http. Throws Error data: malformed, endless, or object names that are not SHA-1.
class GreetingReader final : public LineReader {
 public:
  explicit GreetingReader(std::size_t max_bytes = RemoteLimits().max_listing_bytes) : limit_(max_bytes) {}

  Reading line(const PktLine& line) override;

  /// Once complete.
  Greeting take() { return std::move(greeting_); }

 private:
  enum class At { start, service, refs, capabilities };

  Reading first(const PktLine& line);
  Reading capability(const PktLine& line);
  Reading ref(const PktLine& line);
  void add_capability(std::string_view text);
  void add_old_capabilities(std::string_view text);
  void add_ref(std::string_view id, std::string_view name);

  ListingLimit limit_;
  Greeting greeting_;
  std::map<std::string, std::string, std::less<>> symbolic_targets_;
  At at_ = At::start;
};

}  // namespace sidekick::git_sync
