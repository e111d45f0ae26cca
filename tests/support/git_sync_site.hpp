/// A repository, and the places where git-sync publishes it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/git_repository.hpp"
#include "tests/support/git_sync.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

struct Site {
  GitRepository repository;
  TempDir home;
  std::filesystem::path root = home / "root";  ///< of the linked mode
  std::filesystem::path link = root / "current";
  std::filesystem::path folder = home / "www";  ///< of the in-place mode

  /// The flags that publish the repository by link, and `more`.
  std::vector<std::string> linked(const std::vector<std::string>& more = {}) const;
  /// The flags that publish it in place, and `more`.
  std::vector<std::string> in_place(const std::vector<std::string>& more = {}) const;

  /// Publishes it once by link.
  Finished once(std::vector<std::string> more = {}) const;

  /// A file as the link shows it.
  std::string content(const std::string& file) const;
};

}  // namespace sidekick::test
