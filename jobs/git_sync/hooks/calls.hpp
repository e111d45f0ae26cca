/// What a hook does: runs a command, calls a URL, or sends a signal.
#pragma once

#include "git_sync/hooks/hook_worker.hpp"

namespace sidekick::git_sync {

/// Runs the command in the published tree. The call throws Error: temporary where the command fails, what run_child()
/// throws where it cannot be started, cancelled.
enum class HookHash { published, before };  ///< of the commit that is in GITSYNC_HASH; before: empty at first
TellHook command_hook(ExecHook hook, HookHash told, Log& log);

/// Calls the URL. The call throws Error: temporary for another status, what HttpClient throws, cancelled. For one
/// thread at a time.
TellHook url_hook(Webhook hook);

/// Sends the signal. The call throws Error: no_input (no such process or file), data (the file holds no number),
/// denied.
TellHook signal_hook(PostSyncSignal signal, Log& log);

/// The environment of a hook command: `environment`, with the variables of the publication added or replaced.
std::vector<std::string> environment_for(const std::vector<std::string>& environment, const Publication& publication,
                                         HookHash told = HookHash::published);

/// The last lines of what a command printed, as one line of at most 600 bytes.
std::string last_words(const std::string& output);

}  // namespace sidekick::git_sync
