/// The program under test as git-sync.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace sidekick::test {

/// `sidekick git-sync FLAGS…`, run where no variable says otherwise.
Command git_sync_command(std::vector<std::string> flags);

/// Runs it to its end.
Finished git_sync(std::vector<std::string> flags,
                  std::chrono::steady_clock::duration deadline = std::chrono::minutes(1));

/// "file:///…" for a folder.
std::string file_url(const std::filesystem::path& folder);

/// The base name of what a link points to, which is a commit; empty where there is no link.
std::string linked_commit(const std::filesystem::path& link);

}  // namespace sidekick::test
