#include "git_sync/store/incoming.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "git_sync/local_files.hpp"
#include "git_sync/store/folder.hpp"
#include "git_sync/store/garbage.hpp"

namespace sidekick::git_sync {

namespace {

int stop_when_cancelled(const git_indexer_progress* /*progress*/, void* token) {
  return static_cast<const CancelToken*>(token)->cancelled() ? GIT_EUSER : 0;
}

}  // namespace

IndexedPack::IndexedPack(git_repository* repository, std::filesystem::path git_dir, std::function<void()> dropped,
                         StatusSink& status, CancelToken cancel)
    : git_dir_(std::move(git_dir)),
      folder_(git_dir_ / "objects" / incoming_name),
      dropped_(std::move(dropped)),
      status_(status),
      cancel_(std::move(cancel)),
      odb_(odb_of(repository)) {}

IndexedPack::~IndexedPack() {
  indexer_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void IndexedPack::check(int code) const {
  if (code == 0) return;
  cancel_.throw_if_cancelled();
  throw git_error("cannot store the received pack", code, ErrorKind::data);
}

void IndexedPack::open_indexer() {
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
  if (!std::filesystem::create_directory(folder_, error))
    throw path_error("make folder", folder_.string(), error ? error.value() : EEXIST);
  git_indexer_options options{};
  check(git_indexer_options_init(&options, GIT_INDEXER_OPTIONS_VERSION));
  options.progress_cb = stop_when_cancelled;
  options.progress_cb_payload = &cancel_;
  git_indexer* indexer = nullptr;
  check(git_indexer_new(&indexer, folder_.c_str(), 0, odb_.get(), &options));
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

// The pack before its index, whose presence makes it visible. A pack of the same name, even a damaged one, is replaced.
std::string IndexedPack::move_in() {
  const auto name = std::string("pack-") + git_indexer_name(indexer_.get());
  const auto packs = git_dir_ / "objects" / "pack";
  for (const char* ending : {".pack", ".idx"}) {
    set_pack_mode(folder_ / (name + ending));
    std::error_code error;
    std::filesystem::rename(folder_ / (name + ending), packs / (name + ending), error);
    if (error) throw path_error("write", (packs / (name + ending)).string(), error.value());
  }
  sync_folder(packs);
  return name;
}

void IndexedPack::keep(const std::vector<ObjectId>& shallow, OlderObjects older) {
  std::string name;
  if (!is_empty()) {
    check(git_indexer_commit(indexer_.get(), &progress_));
    name = move_in();
    check(git_odb_refresh(odb_.get()));
  }
  indexer_.reset();
  write_shallow(git_dir_, shallow);
  if (older == OlderObjects::keep || name.empty()) return;
  remove_all_objects_but(name, git_dir_);
  odb_.reset();
  dropped_();
}

}  // namespace sidekick::git_sync
