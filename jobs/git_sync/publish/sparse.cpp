#include "git_sync/publish/sparse.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "git_sync/publish/confined_folder.hpp"
#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/files.hpp"

namespace sidekick::git_sync {

SparsePatterns SparsePatterns::read(const std::filesystem::path& file) {
  const auto fail = [&](int number) { return path_error("read the sparse checkout file", file.string(), number); };
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw fail(errno);
  auto text = read_whole(fd.get());
  if (!text) throw fail(errno);
  return SparsePatterns(std::move(*text));
}

SparsePatterns::Reach SparsePatterns::reach_of(std::string_view path, PathPatterns::Kind kind, Reach of_folder) const {
  const auto match = patterns_.last_match(path, kind);
  if (!match) return of_folder;
  return *match ? Reach::published : Reach::left_out;
}

SparsePatterns::Reach SparsePatterns::reach_of_folder(std::string_view folder) const {
  auto reach = Reach::left_out;
  for (std::size_t end = 0; end < folder.size(); end++) {
    end = std::min(folder.find('/', end), folder.size());
    reach = reach_of(folder.substr(0, end), PathPatterns::Kind::folder, reach);
  }
  return reach;
}

}  // namespace sidekick::git_sync
