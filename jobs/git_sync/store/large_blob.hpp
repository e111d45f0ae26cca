/// Reads blobs that are too large for memory piece by piece, which libgit2 cannot do for packed ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>

#include "git_sync/object_id.hpp"

namespace sidekick::git_sync {

/// Blobs from this size on are read in pieces.
inline constexpr std::uint64_t large_blob_bytes = std::uint64_t{4} << 20U;

/// Where a blob lies in a pack, complete and not as a difference to another object.
struct PackedBlob {
  std::filesystem::path pack;
  std::uint64_t data_at = 0;  ///< of the compressed data
  std::uint64_t bytes = 0;    ///< uncompressed
};

/// Finds the blob in the packs below `objects` (gitformat-pack), not in alternates; nothing where it is loose, a
/// difference, or not there. Throws Error io, denied.
std::optional<PackedBlob> find_packed_blob(const std::filesystem::path& objects, const ObjectId& id);

/// Calls `use` with one piece after the other. Throws Error: data, also after the last piece, where the bytes are not
/// those of `id`; io; what `use` throws.
void read_packed_blob(const PackedBlob& blob, const ObjectId& id,
                      const std::function<void(std::span<const std::byte>)>& use);

}  // namespace sidekick::git_sync
