#include "git_sync/store/store.hpp"

#include <algorithm>
#include <string_view>

#include "git_sync/local_files.hpp"
#include "git_sync/store/commit_reader.hpp"
#include "git_sync/store/folder.hpp"
#include "git_sync/store/garbage.hpp"
#include "git_sync/store/incoming.hpp"
#include "git_sync/store/libgit2.hpp"
#include "git_sync/store/pack_index.hpp"
#include "git_sync/store/tree_reader.hpp"
#include "git_sync/store/walk.hpp"

namespace sidekick::git_sync {

class Store::Impl {
 public:
  Impl(std::filesystem::path folder, LinkedTarget::Access how) : git_dir(std::move(folder)), access(how) { reopen(); }

  // Also after packs were removed: open ones keep their disk space, and are still read.
  void reopen() {
    odb.reset();
    repository.reset();
    repository = open_repository(git_dir.string());
    odb = odb_of(repository.get());
  }

  std::filesystem::path git_dir;
  LinkedTarget::Access access;
  RepositoryHandle repository;
  OdbHandle odb;
};

namespace {

bool is_commit(git_odb* odb, const git_oid& id) {
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  return git_odb_read_header(&size, &type, odb, &id) == 0 && type == GIT_OBJECT_COMMIT;
}

/// Without its index a pack counts as missing, and its objects are fetched again.
void remove_damaged_indexes(const std::filesystem::path& objects) {
  for (const auto& index : IndexCheck(objects).run()) {
    if (index.path.parent_path().parent_path() != objects)
      throw Error(ErrorKind::data, "index '" + index.path.string() + "' is damaged: " + index.cause,
                  "'git index-pack' on its pack rewrites it");
    std::error_code error;
    std::filesystem::remove(index.path, error);
    if (error) throw path_error("remove", index.path.string(), error.value());
  }
}

struct PrefixSearch {
  git_odb* odb;
  git_oid prefix;
  std::size_t digits;
  std::vector<ObjectId> commits;
};

int note_match(const git_oid* id, void* payload) {
  auto& search = *static_cast<PrefixSearch*>(payload);
  if (git_oid_ncmp(id, &search.prefix, search.digits) != 0) return 0;
  if (!is_commit(search.odb, *id)) return 0;
  ObjectId found;
  found.value = *id;
  if (std::ranges::find(search.commits, found) == search.commits.end()) search.commits.push_back(found);
  return 0;
}

}  // namespace

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

Store Store::open_or_create(const std::filesystem::path& git_dir, LinkedTarget::Access access) {
  make_git_dir(git_dir, access);
  remove_stale_files(git_dir);
  remove_damaged_indexes(git_dir / "objects");
  return Store(std::make_unique<Impl>(git_dir, access));
}

const std::filesystem::path& Store::git_dir() const noexcept {
  return impl_->git_dir;
}

git_repository* Store::handle() const noexcept {
  return impl_->repository.get();
}

bool Store::contains(const ObjectId& id) const {
  return git_odb_exists(impl_->odb.get(), &id.value) == 1;
}

ObjectId Store::commit_of(const ObjectId& id) const {
  return peel_to_commit(impl_->odb.get(), id);
}

std::optional<ObjectId> Store::commit_by_prefix(const std::string& prefix) const {
  const auto digits = prefix.size();
  if (digits < GIT_OID_MINPREFIXLEN || digits > GIT_OID_SHA1_HEXSIZE) return {};
  PrefixSearch search{impl_->odb.get(), {}, digits, {}};
  if (git_oid_fromstrn(&search.prefix, prefix.data(), digits) != 0) return {};
  git_oid found{};
  const int code = git_odb_exists_prefix(&found, search.odb, &search.prefix, digits);
  // Several objects may match, but only one commit.
  if (code == GIT_EAMBIGUOUS)
    git_odb_foreach(search.odb, note_match, &search);
  else if (code == 0)
    note_match(&found, &search);
  if (search.commits.size() != 1) return {};
  return search.commits.front();
}

ObjectId Store::tree_of(const ObjectId& commit, const std::string& subdir) const {
  auto tree = read_commit(impl_->odb.get(), commit).tree;
  std::string_view rest = subdir;
  while (!rest.empty()) {
    const auto step = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), step.size() + 1));
    if (step.empty()) continue;
    const TreeObject object(impl_->odb.get(), tree, {});
    const auto found = std::ranges::find(object.entries(), step, &TreeEntry::name);
    if (found == object.entries().end() || (found->mode & mode_mask) != mode_tree)
      throw Error(ErrorKind::no_input, "commit '" + commit.hex() + "' has no folder '" + subdir + "'",
                  "check --subdir: a folder of the repository, from its top");
    tree = found->id;
  }
  return tree;
}

std::optional<Missing> Store::first_missing(const ObjectId& commit, const CancelToken& cancel, Extent extent) const {
  return git_sync::first_missing(impl_->odb.get(), commit, shallow(), cancel, extent);
}

std::vector<ObjectId> Store::shallow() const {
  return read_shallow(impl_->git_dir);
}

bool Store::has_depth(const ObjectId& commit, int depth, const CancelToken& cancel) const {
  return git_sync::has_depth(impl_->odb.get(), commit, depth, shallow(), cancel);
}

std::unique_ptr<IncomingPack> Store::receive(StatusSink& status, const CancelToken& cancel) {
  const auto dropped = [impl = impl_.get()] { impl->reopen(); };
  return std::make_unique<IndexedPack>(impl_->repository.get(), impl_->git_dir, dropped, status, cancel);
}

void Store::set_head(const ObjectId& commit) {
  const bool shared = impl_->access == LinkedTarget::Access::group_writes;
  replace_file(impl_->git_dir / "HEAD", commit.hex() + '\n',
               {shared ? mode_t{0664} : mode_t{0644}, NewFile::Mask::ignored});
}

std::uint64_t Store::collect_garbage(const std::vector<ObjectId>& keep, GarbageCollection when,
                                     const CancelToken& cancel, Extent extent) {
  if (when == GarbageCollection::never || keep.empty()) return 0;
  auto* repository = impl_->repository.get();
  if (when == GarbageCollection::when_wasteful && !is_wasteful(list_packs(impl_->git_dir)) &&
      !has_much_garbage(repository, impl_->git_dir, keep, shallow(), cancel, extent))
    return 0;
  const auto freed = repack(impl_->repository.get(), impl_->git_dir, keep, shallow(), cancel, extent);
  impl_->reopen();
  return freed;
}

}  // namespace sidekick::git_sync
