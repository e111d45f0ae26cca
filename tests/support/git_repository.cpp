#include "tests/support/git_repository.hpp"

#include <stdexcept>

namespace sidekick::test {

namespace fs = std::filesystem;

std::vector<std::pair<std::string, std::string>> git_environment() {
  return {{"HOME", "/nonexistent"},
          {"XDG_CONFIG_HOME", "/nonexistent"},
          {"GIT_CONFIG_NOSYSTEM", "1"},
          {"GIT_CONFIG_GLOBAL", "/dev/null"},
          {"GIT_TERMINAL_PROMPT", "0"},
          {"GIT_AUTHOR_NAME", "Author"},
          {"GIT_AUTHOR_EMAIL", "author@example.com"},
          {"GIT_COMMITTER_NAME", "Committer"},
          {"GIT_COMMITTER_EMAIL", "committer@example.com"},
          {"LC_ALL", "C"}};
}

Finished try_git(const fs::path& folder, std::vector<std::string> words) {
  words.insert(words.begin(), {"git", "-c", "init.defaultBranch=main", "-c", "gc.auto=0", "-c", "safe.directory=*"});
  return run({.words = std::move(words), .environment = git_environment(), .folder = folder}, 120s);
}

std::string git(const fs::path& folder, std::vector<std::string> words) {
  std::string line = "git";
  for (const auto& word : words) line += " " + word;
  auto finished = try_git(folder, std::move(words));
  if (finished.exit_code != 0) throw std::runtime_error(line + ": " + finished.describe());
  if (finished.out.ends_with('\n')) finished.out.pop_back();
  return finished.out;
}

GitRepository::GitRepository() : own_(std::make_unique<TempDir>()), path_(own_->path() / "source") {
  init();
}

GitRepository::GitRepository(fs::path folder) : path_(std::move(folder)) {
  init();
}

void GitRepository::init() const {
  fs::create_directories(path_);
  git({"init", "--quiet"});
}

void GitRepository::write(const std::string& file, std::string_view content) const {
  fs::create_directories((path_ / file).parent_path());
  write_file(path_ / file, content);
}

std::string GitRepository::commit(const std::string& message) const {
  git({"add", "--all"});
  git({"commit", "--quiet", "--allow-empty", "--message", message});
  return hash();
}

std::string GitRepository::commit_file(const std::string& file, std::string_view content) const {
  write(file, content);
  return commit("change " + file);
}

void GitRepository::branch(const std::string& name) const {
  git({"branch", name});
}

void GitRepository::tag(const std::string& name) const {
  git({"tag", name});
}

std::string GitRepository::annotated_tag(const std::string& name) const {
  git({"tag", "--annotate", "--message", name, name});
  return hash("refs/tags/" + name);
}

std::string GitRepository::hash(const std::string& revision) const {
  return git({"rev-parse", "--verify", revision});
}

void GitRepository::add_many_tags(int count) const {
  std::string lines = "# pack-refs with: peeled fully-peeled sorted \n";
  std::vector<std::string> names;
  for (int i = 0; i < count; i++) names.push_back("refs/tags/many/" + std::to_string(1'000'000 + i));
  const auto id = hash();
  for (const auto& name : names) lines.append(id).append(" ").append(name).append("\n");
  write_file(path_ / ".git/packed-refs", lines);
}

}  // namespace sidekick::test
