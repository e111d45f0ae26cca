/// The submodules of a commit, and where their repositories are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "git_sync/object_id.hpp"
#include "git_sync/settings.hpp"
#include "git_sync/store/store.hpp"

namespace sidekick::git_sync {

/// One submodule as a commit names it.
struct Submodule {
  std::string name;
  std::string path;  ///< in the tree of the commit
  std::string url;   ///< as .gitmodules has it; may be relative
  ObjectId commit;
  enum class Update { checkout, never } update = Update::checkout;  ///< never: `update = none` in .gitmodules
};

/// The blob of the file `.gitmodules` in `commit`, whose trees are here; nothing where it has none. Throws Error data.
std::optional<ObjectId> description_of_submodules(const Store& store, const ObjectId& commit);

/// The submodules that `.gitmodules` in `commit` describes and its tree has a link for; none where there is no such
/// file. One without URL is left out. Throws Error data for a file that
/// cannot be parsed, or a name that would leave the folder of submodules.
std::vector<Submodule> submodules_of(const Store& store, const ObjectId& commit);

/// `url` unchanged, or, where it begins with `./` or `../`, relative to the URL of the parent repository. Throws Error
/// of kind data when it leads above the root.
std::string resolve_submodule_url(const std::string& parent_url, const std::string& url);

/// How a job with the remote `main` reaches the submodule at the resolved `url`. Credentials for that remote only
/// (logins from an askpass URL or a GitHub App, headers, a client certificate) go only to its own origin. Throws Error
/// of kind denied where a repository on another host (`parent_url`) names one on this machine, as git's
/// protocol.file.allow does.
RemoteSettings remote_of_submodule(const RemoteSettings& main, const std::string& parent_url, const std::string& url);

}  // namespace sidekick::git_sync
