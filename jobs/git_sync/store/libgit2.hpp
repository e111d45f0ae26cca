/// libgit2's handles with one owner each, and its errors as Error.
#pragma once

#include <git2.h>
#include <git2/sys/repository.h>

#include <string>

#include "git_sync/object_id.hpp"
#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::git_sync {

using RepositoryHandle = Handle<git_repository, git_repository_free>;
using OdbHandle = Handle<git_odb, git_odb_free>;
using OdbObject = Handle<git_odb_object, git_odb_object_free>;
using IndexHandle = Handle<git_index, git_index_free>;
using IndexerHandle = Handle<git_indexer, git_indexer_free>;
using PackBuilder = Handle<git_packbuilder, git_packbuilder_free>;
using ConfigHandle = Handle<git_config, git_config_free>;
using CommitHandle = Handle<git_commit, git_commit_free>;
using BlobHandle = Handle<git_blob, git_blob_free>;
using FilterList = Handle<git_filter_list, git_filter_list_free>;

/// Initialises the library once per process: reads no configuration except the repository's own, opens folders of any
/// owner, and syncs writes below a git folder. Safe from any thread.
void use_libgit2();

/// `what: <libgit2's last message>`, of kind `otherwise` unless the code or errno is more specific.
Error git_error(const std::string& what, int code, ErrorKind otherwise = ErrorKind::io);

/// Opens the repository in `git_dir`, without searching for a work tree above it.
RepositoryHandle open_repository(const std::string& git_dir);
OdbHandle odb_of(git_repository* repository);

/// An object of the requested type, with its hash verified. Throws Error data: `what 'id'` is missing, damaged or of
/// another type.
OdbObject read_object(git_odb* odb, const ObjectId& id, git_object_t type, const std::string& what);

}  // namespace sidekick::git_sync
