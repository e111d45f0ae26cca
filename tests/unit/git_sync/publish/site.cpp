#include "tests/unit/git_sync/publish/site.hpp"

#include <sys/stat.h>

#include <variant>

namespace sidekick::test {

namespace fs = std::filesystem;
using namespace git_sync;

namespace {

std::string text_of(const LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) return std::string(*text);
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
  return {};
}

std::string described(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) throw std::runtime_error("cannot look at '" + path.string() + "'");
  if (S_ISLNK(status.st_mode)) return "link " + fs::read_symlink(path).string();
  if (!S_ISREG(status.st_mode)) return "special";
  return (status.st_mode & S_IXUSR ? "program " : "file ") + read_file(path);
}

}  // namespace

void WarningLog::write(LogLevel level, std::string_view message, LogFields fields) noexcept {
  if (level != LogLevel::warning) return;
  std::string line(message);
  for (const auto& field : fields) line.append(" ").append(field.key).append("=").append(text_of(field));
  const std::lock_guard lock(mutex_);
  warnings_.push_back(line);
}

std::vector<std::string> WarningLog::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (fs::recursive_directory_iterator it(folder), end; it != end; ++it) {
    const auto path = it->path().lexically_relative(folder).string();
    if (path == ".git" || path == ".sidekick") {
      it.disable_recursion_pending();
    } else if (!it->is_directory() || it->is_symlink()) {
      files[path] = described(it->path());
    } else if (fs::is_empty(it->path())) {
      files[path + "/"] = "empty folder";
    }
  }
  return files;
}

Site::Site() : store_(std::make_unique<Store>(Store::open_or_create(git_dir, LinkedTarget::Access::owner_writes))) {}

std::unique_ptr<Publisher> Site::publisher() {
  return make_in_place_publisher(target, git_dir, log);
}

Snapshot Site::snapshot(const std::string& revision, const std::string& subdir) const {
  const auto commit = ObjectId::parse(source.hash(revision + "^{commit}")).value();
  return {commit, {{"", store_.get(), commit, store_->tree_of(commit, subdir)}}, subdir};
}

Published Site::publish(const std::string& revision, const Gate& gate) {
  return publisher()->publish(snapshot(revision), gate, {});
}

Inspection Site::inspect(const std::string& revision) {
  return publisher()->inspect(snapshot(revision), {});
}

std::map<std::string, std::string> Site::checkout(const std::string& revision) const {
  const TempDir expected;
  source.git({"worktree", "add", "--quiet", "--force", "--detach", (expected / "tree").string(), revision});
  auto files = files_below(expected / "tree");
  source.git({"worktree", "remove", "--force", (expected / "tree").string()});
  return files;
}

}  // namespace sidekick::test
