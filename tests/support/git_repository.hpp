/// Repositories made and read by the real git.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

/// The variables that keep git away from the configuration of whoever runs the tests.
std::vector<std::pair<std::string, std::string>> git_environment();

/// Runs `git WORDS…` in `folder` and returns what it wrote to standard output, one trailing newline cut. Throws
/// std::runtime_error with its output where it fails.
std::string git(const std::filesystem::path& folder, std::vector<std::string> words);

/// The same, but a failure is the caller's to look at.
Finished try_git(const std::filesystem::path& folder, std::vector<std::string> words);

/// A repository with a work tree, on branch `main`, that a test fills: what remotes serve. Its folder goes with it.
class GitRepository final {
 public:
  /// In a fresh temporary folder.
  GitRepository();

  /// In `folder`, which is made and stays.
  explicit GitRepository(std::filesystem::path folder);

  const std::filesystem::path& path() const { return path_; }

  /// Writes a file of the work tree; missing folders are made.
  void write(const std::string& file, std::string_view content) const;

  /// Commits all that the work tree holds (also where nothing changed) and returns the commit's hash.
  std::string commit(const std::string& message = "a commit") const;

  /// write() and commit().
  std::string commit_file(const std::string& file, std::string_view content) const;

  /// A branch or lightweight tag at HEAD, an annotated tag; the last returns the hash of the tag object.
  void branch(const std::string& name) const;
  void tag(const std::string& name) const;
  std::string annotated_tag(const std::string& name) const;

  /// The hash that `revision` stands for.
  std::string hash(const std::string& revision = "HEAD") const;

  /// `count` lightweight tags `many/N` at HEAD, packed: a remote with a long list of refs.
  void add_many_tags(int count) const;

  /// git WORDS… in it.
  std::string git(std::vector<std::string> words) const { return test::git(path_, std::move(words)); }

 private:
  void init() const;

  std::unique_ptr<TempDir> own_;
  std::filesystem::path path_;
};

}  // namespace sidekick::test
