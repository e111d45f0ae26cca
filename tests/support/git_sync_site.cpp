#include "tests/support/git_sync_site.hpp"

namespace sidekick::test {

namespace {

std::vector<std::string> joined(std::vector<std::string> flags, const std::vector<std::string>& more) {
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

}  // namespace

std::vector<std::string> Site::linked(const std::vector<std::string>& more) const {
  return joined({"--repo=" + file_url(repository.path()), "--root=" + root.string(), "--link=current"}, more);
}

std::vector<std::string> Site::in_place(const std::vector<std::string>& more) const {
  return joined({"--repo=" + file_url(repository.path()), "--in-place=" + folder.string()}, more);
}

Finished Site::once(std::vector<std::string> more) const {
  more.emplace_back("--one-time");
  return git_sync(linked(more));
}

std::string Site::content(const std::string& file) const {
  return read_file(link / file);
}

}  // namespace sidekick::test
