#include "git_sync/remote/local_remote.hpp"

#include <algorithm>
#include <filesystem>

#include "git_sync/remote/address.hpp"
#include "git_sync/remote/local_pack.hpp"
#include "git_sync/remote/local_selection.hpp"
#include "sidekick/handle.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::git_sync {

namespace {

using ReferenceHandle = Handle<git_reference, git_reference_free>;
using ReferenceIterator = Handle<git_reference_iterator, git_reference_iterator_free>;
using ObjectHandle = Handle<git_object, git_object_free>;

RepositoryHandle open_source(const std::string& path) {
  use_libgit2();
  int code = GIT_ENOTFOUND;
  for (const auto& candidate : {path, path + ".git"}) {
    git_repository* repository = nullptr;
    code = git_repository_open_ext(&repository, candidate.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
    if (code == 0) return RepositoryHandle(repository);
    if (code != GIT_ENOTFOUND) break;
  }
  const auto what = "cannot open repository '" + redact_url(path) + "'";
  if (code != GIT_ENOTFOUND) throw git_error(what, code, ErrorKind::data);
  std::error_code failure;
  const bool is_there = std::filesystem::exists(path, failure);
  if (failure) throw error_from_errno(what, failure.value());
  const auto forgotten = hint_of_missing_scheme(path);
  throw Error(ErrorKind::no_input, what + (is_there ? ": it is not a git repository" : ": no such folder"),
              forgotten.empty() ? "check the path, and that it is mounted here" : forgotten);
}

bool is_wanted(std::string_view name, std::span<const std::string> prefixes) {
  return prefixes.empty() || std::ranges::any_of(prefixes, [name](const auto& each) { return name.starts_with(each); });
}

}  // namespace

git_repository* LocalRemote::repository() {
  if (!repository_) repository_ = open_source(path_);
  return repository_.get();
}

void LocalRemote::check_indexes() {
  if (!indexes_) indexes_.emplace(std::filesystem::path(git_repository_commondir(repository())) / "objects");
  const auto damaged = indexes_->run();
  if (damaged.empty()) return;
  const auto& index = damaged.front();
  throw Error(ErrorKind::data,
              "cannot read repository '" + path_ + "': index '" + index.path.string() + "' is damaged: " + index.cause,
              index.path.extension() == ".idx" ? "'git index-pack' on the pack of that name rewrites the index"
                                               : "'git multi-pack-index write' there rewrites it");
}

std::optional<ObjectId> LocalRemote::peeled(const ObjectId& id) {
  if (const auto known = peeled_.find(id); known != peeled_.end()) return known->second;
  check_indexes();
  std::optional<ObjectId> target;
  git_object* object = nullptr;
  if (git_object_lookup(&object, repository_.get(), &id.value, GIT_OBJECT_TAG) == 0) {
    const ObjectHandle tag(object);
    git_object* end = nullptr;
    if (git_object_peel(&end, object, GIT_OBJECT_ANY) == 0) {
      const ObjectHandle owner(end);
      target = ObjectId{*git_object_id(end)};
    }
  }
  peeled_.emplace(id, target);
  return target;
}

std::optional<RemoteRef> LocalRemote::describe(git_reference* reference) {
  RemoteRef ref;
  ref.name = git_reference_name(reference);
  git_reference* direct = nullptr;
  if (git_reference_resolve(&direct, reference) != 0) return {};  // names a branch that does not exist yet
  const ReferenceHandle owner(direct);
  if (const char* target = git_reference_symbolic_target(reference)) ref.symbolic_target = target;
  ref.id.value = *git_reference_target(direct);
  if (ref.name.starts_with("refs/tags/")) ref.peeled = peeled(ref.id);
  return ref;
}

std::vector<std::string> LocalRemote::names_of_refs(std::span<const std::string> prefixes, const CancelToken& cancel) {
  git_reference_iterator* raw = nullptr;
  const int code = git_reference_iterator_new(&raw, repository());
  if (code != 0) throw git_error("cannot list the refs of '" + path_ + "'", code, ErrorKind::data);
  const ReferenceIterator iterator(raw);
  std::vector<std::string> names;
  if (is_wanted("HEAD", prefixes)) names.emplace_back("HEAD");
  for (const char* name = nullptr; git_reference_next_name(&name, raw) == 0;) {
    cancel.throw_if_cancelled();
    if (is_wanted(name, prefixes)) names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::vector<RemoteRef> LocalRemote::list(std::span<const std::string> prefixes, const CancelToken& cancel) {
  cancel.throw_if_cancelled();
  std::error_code failure;
  if (!std::filesystem::exists(path_, failure)) repository_.reset();  // so that the error names the cause
  std::vector<RemoteRef> refs;
  for (const auto& name : names_of_refs(prefixes, cancel)) {
    git_reference* reference = nullptr;
    if (git_reference_lookup(&reference, repository_.get(), name.c_str()) != 0) continue;  // removed meanwhile
    const ReferenceHandle owner(reference);
    if (auto ref = describe(reference)) refs.push_back(*std::move(ref));
  }
  return refs;
}

FetchResult LocalRemote::fetch(const FetchRequest& request, PackSink& sink, const CancelToken& cancel) {
  check_indexes();
  auto selection = select_objects(repository(), path_, request, cancel);
  const auto style = request.depth > 0 ? PackStyle::plain : PackStyle::deltas;
  const auto bytes = write_pack(repository(), selection.objects, style, sink, cancel);
  // Packs that were read stay open as long as the repository, even after their owner replaced them.
  repository_.reset();
  return {.shallow = std::move(selection.shallow), .received_bytes = bytes};
}

}  // namespace sidekick::git_sync
