#include "git_sync/local_files.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <vector>

namespace sidekick::git_sync {

std::error_code try_make_folders(const std::filesystem::path& path, std::optional<mode_t> mode) {
  std::vector<std::filesystem::path> missing;
  std::error_code error;
  for (auto at = path; !at.empty() && !std::filesystem::exists(at, error); at = at.parent_path()) missing.push_back(at);
  std::filesystem::create_directories(path, error);
  if (error || !mode) return error;
  for (const auto& folder : missing)
    if (::chmod(folder.c_str(), *mode) != 0) return {errno, std::generic_category()};
  return {};
}

void make_folders(const std::filesystem::path& path, std::optional<mode_t> mode) {
  if (path.empty()) return;
  if (const auto error = try_make_folders(path, mode)) throw path_error("make folder", path.string(), error.value());
}

Error path_error(const std::string& what, const std::string& path, int number) {
  const auto object = "cannot " + what + " '" + path + "'";
  if (number == ELOOP || number == EXDEV)
    return {ErrorKind::data, object + ": a folder of its path is a symlink", "remove the symlink"};
  if (number == ENOTDIR) return {ErrorKind::data, object + ": a folder of its path is a file", "remove the file"};
  if (number == EISDIR) return {ErrorKind::data, object + ": there is a folder", "remove the folder"};
  if (number == EBUSY)
    return error_from_errno(object, number,
                            "something is mounted there: unmount it, or rename the path in the repository");
  if (number == ENOSPC || number == EDQUOT) return error_from_errno(object, number, "free space on the disk");
  // A filesystem limit does not change on retry.
  if (number == ENAMETOOLONG || number == EILSEQ)
    return {ErrorKind::data, object + ": " + std::generic_category().message(number),
            "this filesystem cannot hold it: rename or shorten it in the repository"};
  return error_from_errno(object, number);
}

}  // namespace sidekick::git_sync
