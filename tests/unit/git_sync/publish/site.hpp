/// A repository made by git, a folder that others use, and the publisher between the two.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "git_sync/publish/publisher.hpp"
#include "git_sync/publish/root.hpp"
#include "git_sync/store/store.hpp"
#include "tests/support/git_repository.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

/// Keeps the messages of warnings, each with its fields. Thread safe.
class WarningLog final : public Log {
 public:
  void write(LogLevel level, std::string_view message, LogFields fields) noexcept override;
  std::vector<std::string> warnings() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> warnings_;
};

/// Every file below `folder` by path, with its kind, mode and bytes; `.git` and `.sidekick` at the top are left out.
std::map<std::string, std::string> files_below(const std::filesystem::path& folder);

class Site final {
 public:
  /// The store is the repository's own.
  Site();

  /// Publishes `revision`, by a publisher made for it.
  git_sync::Published publish(const std::string& revision = "HEAD", const git_sync::Gate& gate = {});
  git_sync::Inspection inspect(const std::string& revision = "HEAD");
  std::unique_ptr<git_sync::Publisher> publisher();

  git_sync::Snapshot snapshot(const std::string& revision = "HEAD", const std::string& subdir = {}) const;

  /// What git itself checks out of `revision`.
  std::map<std::string, std::string> checkout(const std::string& revision = "HEAD") const;
  std::map<std::string, std::string> published() const { return files_below(folder); }

  TempDir place;
  GitRepository source;
  std::filesystem::path folder = place / "www";
  std::filesystem::path git_dir = source.path() / ".git";
  git_sync::InPlaceTarget target{.folder = folder, .git_dir = {}};
  WarningLog log;

 private:
  std::unique_ptr<git_sync::Store> store_;
};

}  // namespace sidekick::test
