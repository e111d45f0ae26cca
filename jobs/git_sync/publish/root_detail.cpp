#include "git_sync/publish/root_detail.hpp"

#include <algorithm>

#include "git_sync/publish/loose_objects.hpp"
#include "git_sync/store/libgit2.hpp"

namespace sidekick::git_sync {

namespace fs = std::filesystem;

bool opens_as_repository(const fs::path& git_dir) {
  use_libgit2();
  git_repository* repository = nullptr;
  const unsigned flags = GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT;
  const bool opened = git_repository_open_ext(&repository, git_dir.c_str(), flags, nullptr) == 0;
  const RepositoryHandle owner(repository);
  return opened;
}

void make_readable(const fs::path& git_dir, Log& log) {
  if (const auto removed = remove_broken_loose_objects(git_dir); removed > 0)
    log.warn("removed incomplete objects of a repository", {{"path", git_dir.native()}, {"count", removed}});
}

std::string name_some(std::span<const std::string> names) {
  constexpr std::size_t shown = 3;
  std::string text;
  for (const auto& name : names.first(std::min(shown, names.size()))) {
    text += (text.empty() ? "'" : ", '") + name + "'";
    std::ranges::replace_if(text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  }
  if (names.size() > shown) text += " and " + std::to_string(names.size() - shown) + " more";
  return text;
}

}  // namespace sidekick::git_sync
