/// The settings of git that --git-config names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "git_sync/settings.hpp"

namespace sidekick::cli {

struct GitConfigEntry {
  std::string key;  ///< section and name in lower case, as git compares them; a subsection as it was written
  std::string value;
};

/// "key:value,…" as kubernetes/git-sync reads it: keys and values may stand in double quotes; in them and in values
/// \n, \t, \", \, and \\ are escapes. Throws Error of kind config where that cannot be read; values are not in its
/// message, they may be secrets.
std::vector<GitConfigEntry> parse_git_config(std::string_view text);

/// "key:value": one entry, whose value may hold commas. Throws as parse_git_config().
GitConfigEntry parse_git_config_entry(std::string_view text);

/// True for a setting that decides from where, what, or how safely git fetches and checks out, and that has no
/// counterpart here: passing over it would sync something else than git does.
bool changes_result(const GitConfigEntry& entry);

struct AppliedGitConfig {
  git_sync::RemoteSettings settings;
  enum class Effect { some, none } effect = Effect::some;
};

/// The settings with what the entry changes. Throws Error of kind config for an entry that is refused, or whose value
/// is not one of its key.
AppliedGitConfig apply_git_config(git_sync::RemoteSettings settings, const GitConfigEntry& entry);

}  // namespace sidekick::cli
