#include "git_sync/store/incoming.hpp"

#include <git2/sys/repository.h>

#include <algorithm>

#include "git_sync/store/folder.hpp"

namespace sidekick::git_sync {

namespace {

int stop_when_cancelled(const git_indexer_progress* /*progress*/, void* token) {
  return static_cast<const CancelToken*>(token)->cancelled() ? GIT_EUSER : 0;
}

void remove_tree(const std::filesystem::path& path) {
  std::error_code failure;
  std::filesystem::remove_all(path, failure);
  if (failure) throw error_from_errno("cannot remove '" + path.string() + "'", failure.value());
}

}  // namespace

IndexedPack::IndexedPack(git_repository* repository, std::filesystem::path git_dir, StatusSink& status,
                         CancelToken cancel)
    : repository_(repository),
      git_dir_(std::move(git_dir)),
      status_(status),
      cancel_(std::move(cancel)),
      odb_(odb_of(repository)) {}

void IndexedPack::check(int code) const {
  if (code == 0) return;
  cancel_.throw_if_cancelled();
  throw git_error("cannot take in the pack that was received", code, ErrorKind::data);
}

void IndexedPack::open_indexer() {
  git_indexer_options options = GIT_INDEXER_OPTIONS_INIT;
  options.progress_cb = stop_when_cancelled;
  options.progress_cb_payload = &cancel_;
  git_indexer* indexer = nullptr;
  check(git_indexer_new(&indexer, (git_dir_ / "objects" / "pack").c_str(), 0, odb_.get(), &options));
  indexer_.reset(indexer);
}

void IndexedPack::write(std::span<const std::byte> bytes) {
  cancel_.throw_if_cancelled();
  if (bytes.empty()) return;
  if (!indexer_) open_indexer();
  if (received_ < header_.size()) {
    const auto take = std::min<std::size_t>(bytes.size(), header_.size() - received_);
    std::copy_n(bytes.begin(), take, header_.begin() + static_cast<std::ptrdiff_t>(received_));
  }
  check(git_indexer_append(indexer_.get(), bytes.data(), bytes.size(), &progress_));
  received_ += bytes.size();
  status_.progress({received_, std::nullopt, "bytes"});
}

bool IndexedPack::is_empty() const noexcept {
  if (received_ == 0) return true;
  return received_ >= header_.size() &&
         std::all_of(header_.begin() + 8, header_.end(), [](std::byte b) { return b == std::byte{0}; });
}

void IndexedPack::drop_older(const std::string& name) {
  for (const auto& entry : std::filesystem::directory_iterator(git_dir_ / "objects")) {
    const auto folder = entry.path().filename().string();
    if (folder.size() == 2) remove_tree(entry.path());
    if (folder != "pack") continue;
    for (const auto& pack : std::filesystem::directory_iterator(entry.path()))
      if (pack.path().stem() != "pack-" + name) remove_tree(pack.path());
  }
}

void IndexedPack::keep(const std::vector<ObjectId>& shallow, OlderObjects older) {
  if (!is_empty()) {
    check(git_indexer_commit(indexer_.get(), &progress_));
    if (older == OlderObjects::drop) drop_older(git_indexer_name(indexer_.get()));
    check(git_odb_refresh(odb_.get()));
  }
  indexer_.reset();
  write_shallow(git_dir_, shallow);
  // What is open of the packs that went, or whose name the new one has, must not be used any more.
  if (older == OlderObjects::drop) check(git_repository__cleanup(repository_));
}

}  // namespace sidekick::git_sync
