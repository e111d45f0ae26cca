/// A remote repository: its refs, and how its objects get here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/settings.hpp"
#include "git_sync/store/pack_sink.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/log.hpp"
#include "sidekick/metrics.hpp"

namespace sidekick::git_sync {

struct RemoteRef {
  std::string name;  ///< "HEAD", "refs/heads/main"
  ObjectId id;
  std::optional<ObjectId> peeled;  ///< what an annotated tag points to
  std::string symbolic_target;     ///< "refs/heads/main" for HEAD, where the remote tells; else empty
};

struct FetchRequest {
  std::vector<ObjectId> wants;    ///< not empty; commits, tags, or other objects, which come with what they consist of
  std::vector<ObjectId> haves;    ///< commits that are here with all they stand for, up to the shallow boundary
  std::vector<ObjectId> shallow;  ///< commits here whose parents are not
  int depth = 1;                  ///< 0: the whole history
  std::string filter{};           ///< what is left out, as ObjectFilter reads it; empty: nothing
};

struct FetchResult {
  std::vector<ObjectId> shallow;  ///< the whole boundary after the fetch
  std::uint64_t received_bytes = 0;
  enum class Filter { applied, ignored } filter = Filter::applied;  ///< ignored: the server has none
};

/// One remote, whose connection is kept between calls. For one thread at a time. Throws Error: unavailable, denied (the
/// hint names the rejected or missing credential), no_input (no such repository; a hash that the server does not
/// serve), data (not a git server, object format other than SHA-1), config, io, cancelled. After an error the next call
/// opens a new connection.
class Remote {
 public:
  virtual ~Remote() = default;

  /// The refs whose name begins with one of `prefixes` (all when there are none), in one round trip on an open
  /// connection. May include others where the server does not support prefixes.
  virtual std::vector<RemoteRef> list(std::span<const std::string> prefixes, const CancelToken& cancel) = 0;

  /// Writes to `sink` what is missing for `wants`; nothing when nothing is missing.
  virtual FetchResult fetch(const FetchRequest& request, PackSink& sink, const CancelToken& cancel) = 0;
};

/// The remote for the URL's scheme. Does not connect yet. Throws Error: config for an invalid URL, denied for
/// a transport that the settings forbid. `metrics`
/// counts calls of the askpass URL and refreshed tokens. `log` and `metrics` outlive the remote.
std::unique_ptr<Remote> open_remote(const RemoteSettings& asked, Log& log, MetricSink& metrics);

/// The prefixes to list for finding `ref`, and the commit or tag that it names among the listed refs: a tag beats a
/// branch of the same name, as in git; a full hash names itself. Nothing when it does not exist (a short hash is looked
/// up only among the listed tips).
std::vector<std::string> prefixes_for(const std::string& ref);
std::optional<ObjectId> find_ref(const std::string& ref, std::span<const RemoteRef> refs);

/// True when `ref` is the short name of both a tag and a branch among the refs listed.
bool names_tag_and_branch(const std::string& ref, std::span<const RemoteRef> refs);

}  // namespace sidekick::git_sync
