/// A pack on its way into a store.
#pragma once

#include <array>
#include <filesystem>

#include "git_sync/store/libgit2.hpp"
#include "git_sync/store/store.hpp"

namespace sidekick::git_sync {

/// Writes through libgit2's indexer, beside the packs that are there already. `repository` and `status` outlive it.
class IndexedPack final : public IncomingPack {
 public:
  IndexedPack(git_repository* repository, std::filesystem::path git_dir, StatusSink& status, CancelToken cancel);

  void write(std::span<const std::byte> bytes) override;
  void keep(const std::vector<ObjectId>& shallow, OlderObjects older) override;

 private:
  void open_indexer();
  bool is_empty() const noexcept;
  void check(int code) const;
  void drop_older(const std::string& name);

  git_repository* repository_;
  std::filesystem::path git_dir_;
  StatusSink& status_;
  CancelToken cancel_;
  OdbHandle odb_;
  IndexerHandle indexer_;
  git_indexer_progress progress_{};
  std::uint64_t received_ = 0;
  // Magic, version and the number of objects: all that a pack without objects has, but for its checksum.
  std::array<std::byte, 12> header_{};
};

}  // namespace sidekick::git_sync
