#include "tests/support/git_sync.hpp"

#include "tests/support/sidekick.hpp"

namespace sidekick::test {

Command git_sync_command(std::vector<std::string> flags) {
  std::vector<std::string> words{sidekick_binary(), "git-sync"};
  words.insert(words.end(), flags.begin(), flags.end());
  return {std::move(words)};
}

Finished git_sync(std::vector<std::string> flags, std::chrono::steady_clock::duration deadline) {
  return run(git_sync_command(std::move(flags)), deadline);
}

std::string file_url(const std::filesystem::path& folder) {
  return "file://" + folder.string();
}

std::string linked_commit(const std::filesystem::path& link) {
  std::error_code missing;
  return std::filesystem::read_symlink(link, missing).filename().string();
}

}  // namespace sidekick::test
