/// Writes objects of a repository on this machine as a pack.
#pragma once

#include <cstdint>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/store/libgit2.hpp"
#include "git_sync/store/pack_sink.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

enum class PackStyle {
  plain,   ///< each object whole: fast, and good where few objects are versions of another
  deltas,  ///< as deltas where that saves much: for long histories
};

/// Writes the pack and returns its size; writes nothing where there are no objects. Throws Error: data (an object is
/// missing or damaged), what the sink throws, cancelled.
std::uint64_t write_pack(git_repository* repository, const std::vector<ObjectId>& objects, PackStyle style,
                         PackSink& sink, const CancelToken& cancel);

}  // namespace sidekick::git_sync
