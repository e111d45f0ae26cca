#include "agent/cli/git_sync/mode.hpp"

#include <algorithm>

namespace sidekick::cli {

GitSyncMode git_sync_mode(const config::Values& values) {
  const auto* root = values.find("root");
  const auto* folder = values.find("in-place");
  if (root && folder)
    throw Error(ErrorKind::config, root->origin + " and " + folder->origin + " exclude each other",
                "--root publishes by a link, --in-place inside the folder");
  if (!root && !folder)
    throw Error(ErrorKind::config, "neither --root nor --in-place is given",
                "give --root=DIR to publish by a link, or --in-place=DIR; DESTINATION counts only if no flag of "
                "git-sync and no variable GITSYNC_... is given");
  return root ? GitSyncMode::linked : GitSyncMode::in_place;
}

GitSyncMode probable_git_sync_mode(const Invocation& invocation) {
  const auto is_folder = [](const std::string& word) { return word.starts_with("--in-place"); };
  const auto is_root = [](const std::string& word) { return word == "--root" || word.starts_with("--root="); };
  const auto& environment = invocation.environment;
  if (std::ranges::any_of(invocation.words, is_root) || environment.contains("GITSYNC_ROOT"))
    return GitSyncMode::linked;
  const bool by_folder = std::ranges::any_of(invocation.words, is_folder) ||
                         environment.contains("SIDEKICK_IN_PLACE") || environment.contains("DESTINATION");
  return by_folder ? GitSyncMode::in_place : GitSyncMode::linked;
}

Error unfit_value(GitSyncMode mode, const config::Values& values, std::string_view name, const std::string& cause,
                  std::string hint) {
  const auto error = values.bad_value(name, cause, std::move(hint));
  return {mode == GitSyncMode::linked ? ErrorKind::config : error.kind(), error.message(), error.hint()};
}

}  // namespace sidekick::cli
