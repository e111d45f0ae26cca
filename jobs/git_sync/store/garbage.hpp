/// Removes unreachable objects.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "git_sync/store/libgit2.hpp"
#include "git_sync/store/store.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

/// A pack with its accompanying files.
struct PackFile {
  std::filesystem::path path;  ///< the .pack
  std::uint64_t bytes = 0;     ///< all of its files together
};

std::vector<PackFile> list_packs(const std::filesystem::path& git_dir);

/// True when a repack is worthwhile: the packs together are more than twice the largest (which holds what was alive
/// after the last repack, or the first fetch), or there are very many.
bool is_wasteful(const std::vector<PackFile>& packs);

/// True when much of a store with a cut history (`shallow`) is out of reach of what repack() would keep: more than a
/// tenth of the packs, and 1 MiB. Walks the trees of all that is kept. Throws as repack().
bool has_much_garbage(git_repository* repository, const std::filesystem::path& git_dir,
                      const std::vector<ObjectId>& keep, const std::vector<ObjectId>& shallow,
                      const CancelToken& cancel, Extent extent);

/// Removes every pack and loose object but the pack `kept` ("pack-…") and those with a `.keep`. Returns their bytes.
std::uint64_t remove_all_objects_but(const std::string& kept, const std::filesystem::path& git_dir);

/// Writes all that is reached from `keep`, from the refs that are whole and from the heads of the worktrees into one
/// synced pack, up to `shallow`, and then removes every other pack and loose object, but packs with a `.keep`. Returns
/// the bytes freed. Blobs may be missing where the extent is `trees`. Throws Error data (what `keep` stands for is not
/// whole), io, denied, cancelled.
std::uint64_t repack(git_repository* repository, const std::filesystem::path& git_dir,
                     const std::vector<ObjectId>& keep, const std::vector<ObjectId>& shallow, const CancelToken& cancel,
                     Extent extent);

}  // namespace sidekick::git_sync
