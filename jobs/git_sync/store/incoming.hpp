/// Receives a pack into a store.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <string>

#include "git_sync/store/libgit2.hpp"
#include "git_sync/store/store.hpp"

namespace sidekick::git_sync {

/// Writes through libgit2's indexer, in a separate folder until the pack is complete. `repository` and `status` outlive
/// it.
class IndexedPack final : public IncomingPack {
 public:
  /// `dropped` is called after objects were removed: open handles must then be closed.
  IndexedPack(git_repository* repository, std::filesystem::path git_dir, std::function<void()> dropped,
              StatusSink& status, CancelToken cancel);

  ~IndexedPack() override;
  IndexedPack(const IndexedPack&) = delete;
  IndexedPack& operator=(const IndexedPack&) = delete;

  void write(std::span<const std::byte> bytes) override;
  void keep(const std::vector<ObjectId>& shallow, OlderObjects older) override;

 private:
  void open_indexer();
  bool is_empty() const noexcept;
  std::string move_in();
  void check(int code) const;

  std::filesystem::path git_dir_;
  std::filesystem::path folder_;
  std::function<void()> dropped_;
  StatusSink& status_;
  CancelToken cancel_;
  OdbHandle odb_;
  IndexerHandle indexer_;
  git_indexer_progress progress_{};
  std::uint64_t received_ = 0;
  // Magic, version and number of objects: an empty pack has nothing else but its checksum.
  std::array<std::byte, 12> header_{};
};

}  // namespace sidekick::git_sync
