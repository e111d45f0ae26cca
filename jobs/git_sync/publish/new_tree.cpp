#include "git_sync/publish/new_tree.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <thread>

#include "git_sync/publish/beneath.hpp"
#include "git_sync/publish/copy_file.hpp"
#include "sidekick/parallel.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::size_t max_workers = 4;
constexpr std::size_t entries_a_piece = 128;

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

Error cannot_make(const std::string& path, int number) {
  if (number != EEXIST) return path_error("write", path, number);
  return {ErrorKind::data, "cannot write '" + path + "': another entry of the commit is the same file here",
          "this filesystem does not distinguish the two names"};
}

/// What one thread keeps open.
class Writer final {
 public:
  Writer(const NewTree& tree, int target, int base)
      : tree_(tree), target_(target), base_(base), copier_(tree.unchanged) {}

  struct stat write(const Entry& entry) {
    enter(folder_of(entry.path));
    const auto name = split_path(entry.path).name;
    if (const auto status = take_over(entry, name)) return *status;
    if (!reader_) reader_ = tree_.reader.another();
    return create(entry, name, reader_->source(entry));
  }

 private:
  void enter(std::string_view folder) {
    if (inside_ && folder == folder_) return;
    folder_ = folder;
    inside_ = open_beneath(target_, folder_, O_PATH | O_DIRECTORY, Resolution::stepwise);
    if (!inside_) throw path_error("open folder", folder_, errno);
    base_inside_.reset();
    if (base_ >= 0) base_inside_ = open_beneath(base_, folder_, O_PATH | O_DIRECTORY, Resolution::stepwise);
  }

  std::optional<struct stat> take_over(const Entry& entry, const std::string& name) {
    if (!base_inside_ || entry.kind == EntryKind::symlink) return {};
    const auto& files = tree_.base->record.files;
    const auto found = files.find(entry.path);
    if (found == files.end()) return {};
    if (found->second.blob != entry.blob || found->second.kind != entry.kind) return {};
    const auto mode = tree_.attributes.mode_of(entry.kind);
    return copier_.copy(base_inside_.get(), inside_.get(), name, found->second.stamp, mode);
  }

  struct stat create(const Entry& entry, const std::string& name, const FileBytes& bytes) const {
    struct stat status{};
    if (entry.kind == EntryKind::symlink) {
      const auto to = link_target(entry.path, bytes);
      if (::symlinkat(to.c_str(), inside_.get(), name.c_str()) != 0) throw cannot_make(entry.path, errno);
      if (::fstatat(inside_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        throw path_error("look at", entry.path, errno);
      return status;
    }
    const auto mode = tree_.attributes.mode_of(entry.kind);
    const Fd fd(::openat(inside_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!fd) throw cannot_make(entry.path, errno);
    fill_file(fd.get(), entry.path, entry.kind, bytes, tree_.attributes);
    if (::fstat(fd.get(), &status) != 0) throw path_error("look at", entry.path, errno);
    return status;
  }

  const NewTree& tree_;
  int target_;
  int base_;
  FileCopier copier_;
  std::unique_ptr<CheckoutReader> reader_;
  std::string folder_;
  Fd inside_;
  Fd base_inside_;
};

// Before any symlink: on a filesystem where two names are one, nothing is written through a symlink.
void make_folders(const NewTree& tree, int target, const CancelToken& cancel) {
  const auto mode = tree.attributes.folder_mode;
  for (const auto& folder : tree.listing.folders) {
    cancel.throw_if_cancelled();
    if (::mkdirat(target, folder.c_str(), mode) != 0) throw cannot_make(folder, errno);
    struct stat status{};
    if (::fstatat(target, folder.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
      throw path_error("look at", folder, errno);
    if ((status.st_mode & 0777) != mode && ::fchmodat(target, folder.c_str(), mode, 0) != 0)
      throw path_error("set the mode of", folder, errno);
  }
}

Fd open_folder(const std::filesystem::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw path_error("open folder", path.string(), errno);
  return fd;
}

}  // namespace

std::vector<struct stat> write_tree(const NewTree& tree, const std::filesystem::path& target,
                                    const CancelToken& cancel) {
  const Fd root = open_folder(target);
  Fd base;
  if (tree.base) base.reset(::open(tree.base->folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  make_folders(tree, root.get(), cancel);
  const auto& entries = tree.listing.entries;
  std::vector<struct stat> out(entries.size());
  const auto pieces = (entries.size() + entries_a_piece - 1) / entries_a_piece;
  const auto workers = std::min<std::size_t>(max_workers, std::max(1U, std::thread::hardware_concurrency()));
  for_each_in_parallel(
      workers, pieces, [&] { return Writer(tree, root.get(), base.get()); },
      [&](Writer& writer, std::size_t piece) {
        cancel.throw_if_cancelled();
        const auto end = std::min(entries.size(), (piece + 1) * entries_a_piece);
        for (auto i = piece * entries_a_piece; i < end; i++) out[i] = writer.write(entries[i]);
      });
  return out;
}

}  // namespace sidekick::git_sync
