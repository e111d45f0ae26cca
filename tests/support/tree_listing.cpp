#include "tests/support/tree_listing.hpp"

#include "tests/support/git_repository.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

namespace fs = std::filesystem;

std::set<std::string> tree_listing(const fs::path& folder) {
  std::set<std::string> out;
  for (auto it = fs::recursive_directory_iterator(folder); it != fs::recursive_directory_iterator(); ++it) {
    const auto name = it->path().lexically_relative(folder).string();
    if (name == ".sidekick" || name == ".git") {
      it.disable_recursion_pending();
      continue;
    }
    if (it->is_symlink())
      out.insert(name + " -> " + fs::read_symlink(it->path()).string());
    else if (it->is_regular_file())
      out.insert(name + ((it->status().permissions() & fs::perms::owner_exec) != fs::perms::none ? " * " : " = ") +
                 read_file(it->path()));
    else
      out.insert(name + "/");
  }
  return out;
}

std::set<std::string> commit_listing(const fs::path& repository, const std::string& commit) {
  const TempDir folder;
  git(repository, {"archive", "--output=" + (folder / "all.tar").string(), commit});
  fs::create_directory(folder / "all");
  run({{"tar", "-C", (folder / "all").string(), "-xf", (folder / "all.tar").string()}}, 30s);
  return tree_listing(folder / "all");
}

}  // namespace sidekick::test
