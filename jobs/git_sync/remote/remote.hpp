/// A repository elsewhere: what it has, and how its objects get here.
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
  std::optional<ObjectId> peeled;  ///< what an annotated tag stands for
  std::string symbolic_target;     ///< "refs/heads/main" for HEAD, where the remote tells; else empty
};

struct FetchRequest {
  std::vector<ObjectId> wants;    ///< not empty
  std::vector<ObjectId> haves;    ///< commits that are here with all they stand for, up to the shallow boundary
  std::vector<ObjectId> shallow;  ///< commits here whose parents are not
  int depth = 1;                  ///< 0: the whole history
};

struct FetchResult {
  std::vector<ObjectId> shallow;  ///< the boundary as it is after the fetch: all of it
  std::uint64_t received_bytes = 0;
};

/// One remote, its connection kept between calls. For one thread at a time. Throws Error: unavailable, denied (the hint
/// says which credential was refused or is missing), no_input (no such repository; a hash that the server does not give
/// out), data (not a git server, object format other than SHA-1), config, io, cancelled. After an error the next call
/// starts on a new connection.
class Remote {
 public:
  virtual ~Remote() = default;

  /// The refs whose name begins with one of `prefixes` (all when there are none), in one round trip on a kept
  /// connection. Others may be among them where the server knows no prefixes.
  virtual std::vector<RemoteRef> list(std::span<const std::string> prefixes, const CancelToken& cancel) = 0;

  /// Writes to `sink` what is missing for `wants`; nothing at all when nothing is missing.
  virtual FetchResult fetch(const FetchRequest& request, PackSink& sink, const CancelToken& cancel) = 0;
};

/// The remote for the URL's scheme. Touches nothing yet. Throws Error of kind config for a URL that cannot be used.
/// `metrics` counts calls of the askpass URL and refreshed tokens. The references outlive the remote.
std::unique_ptr<Remote> open_remote(const RemoteSettings& settings, Log& log, MetricSink& metrics);

/// The prefixes to list for finding `ref`, and the commit or tag that it stands for among the refs listed: a tag beats
/// a branch of the same name, as git has it; a full hash stands for itself. Nothing when it is not there (a short hash
/// is looked for among the tips listed only).
std::vector<std::string> prefixes_for(const std::string& ref);
std::optional<ObjectId> find_ref(const std::string& ref, std::span<const RemoteRef> refs);

/// True when `ref` is the short name of both a tag and a branch among the refs listed.
bool names_tag_and_branch(const std::string& ref, std::span<const RemoteRef> refs);

}  // namespace sidekick::git_sync
