#include "agent/cli/git_sync/mode.hpp"

namespace sidekick::cli {

GitSyncMode git_sync_mode(const config::Values& values) {
  return values.find("in-place") && !values.find("root") ? GitSyncMode::in_place : GitSyncMode::linked;
}

void check_git_sync_mode(const config::Values& values) {
  const auto* root = values.find("root");
  const auto* folder = values.find("in-place");
  if (root && folder)
    throw Error(ErrorKind::config, root->origin + " and " + folder->origin + " exclude each other",
                "--root publishes by a link, --in-place inside the folder");
  if (!root && !folder)
    throw Error(ErrorKind::config, "neither --root nor --in-place is given",
                "give --root=DIR to publish by a link, or --in-place=DIR; DESTINATION counts only if no flag of "
                "git-sync and no variable GITSYNC_... is given");
}

Error unfit_value(GitSyncMode mode, const config::Values& values, std::string_view name, const std::string& cause,
                  std::string hint) {
  const auto error = values.bad_value(name, cause, std::move(hint));
  return {mode == GitSyncMode::linked ? ErrorKind::config : error.kind(), error.message(), error.hint()};
}

}  // namespace sidekick::cli
