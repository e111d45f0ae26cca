#include "dump/output_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <vector>

#include "dump/output_file.hpp"
#include "dump/part.hpp"
#include "sidekick/error.hpp"
#include "sidekick/files.hpp"

namespace sidekick::dump {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 3> endings{"", ".gz", ".zst"};

Error cannot_write(const std::string& path, int number) {
  return error_from_errno("cannot write folder '" + path + "'", number,
                          number == ENOSPC || number == EDQUOT ? "free space on the disk" : "");
}

void check(const std::error_code& error, const std::string& path) {
  if (error) throw cannot_write(path, error.value());
}

void make_folder(const fs::path& folder, const std::string& path) {
  if (::mkdir(folder.c_str(), private_folder) != 0 && errno != EEXIST) throw cannot_write(path, errno);
}

void make_folders(const fs::path& folder, const std::string& path) {
  std::error_code ignored;
  if (folder.empty() || fs::is_directory(folder, ignored)) return;
  make_folders(folder.parent_path(), path);
  make_folder(folder, path);
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder, error)) out.push_back(entry.path());
  check(error, folder.string());
  return out;
}

/// The folder, locked and empty. Its previous writer is dead, or its lock would still be held.
Fd open_part(const std::string& part, const std::string& path) {
  for (;;) {
    make_folder(part, path);
    Fd fd(::open(part.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) {
      if (errno == ENOENT) continue;
      throw cannot_write(path, errno);
    }
    if (!lock_part(fd.get(), part, path, "write each dump to a folder of its own")) continue;
    for (const auto& entry : entries_of(part)) {
      std::error_code error;
      fs::remove_all(entry, error);
      check(error, path);
    }
    return fd;
  }
}

/// `name` without its compression suffix.
std::string_view plain(std::string_view name) {
  for (const std::string_view ending : {".gz", ".zst"})
    if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
  return name;
}

void remove_file(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  check(error, file.string());
}

/// The same collection in another compression would be read as well.
void move_file(const fs::path& from, const fs::path& to) {
  take_mode(from.string(), to.string());
  std::error_code error;
  fs::rename(from, to, error);
  check(error, to.string());
  const auto name = to.filename().string();
  for (const auto ending : endings)
    if (const auto other = std::string(plain(name)) + std::string(ending); other != name)
      remove_file(to.parent_path() / other);
}

}  // namespace

OutputFolder::OutputFolder(std::string path) : path_(std::move(path)) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
  std::error_code error;
  const auto status = fs::status(path_, error);
  if (fs::exists(status) && !fs::is_directory(status)) throw cannot_write(path_, ENOTDIR);
  is_new_ = !fs::exists(status);
  const fs::path whole(path_);
  if (is_new_) {
    make_folders(whole.parent_path(), path_);
    part_ = (whole.parent_path() / ("." + whole.filename().string() + ".part")).string();
  } else {
    part_ = (whole / ".sidekick.part").string();
  }
  lock_ = open_part(part_, path_);
}

OutputFolder::~OutputFolder() {
  std::error_code error;
  if (!part_.empty() && is_own_part(lock_.get(), part_)) fs::remove_all(part_, error);
}

Fd OutputFolder::create(const std::string& name) const {
  const auto file = fs::path(part_) / name;
  make_folder(file.parent_path(), path_);
  Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, private_file));
  if (!fd) throw cannot_write(path_, errno);
  return fd;
}

void OutputFolder::publish(DumpScope scope) {
  // One call for all files: thousands of collections would otherwise wait for the disk thousands of times.
  if (::syncfs(lock_.get()) != 0) throw cannot_write(path_, errno);
  confirm_part(lock_.get(), part_, path_);
  if (is_new_ && ::rename(part_.c_str(), path_.c_str()) == 0) {
    const auto parent = fs::path(path_).parent_path().string();
    part_.clear();
    sync_folder(parent);
    return;
  }
  make_folder(path_, path_);
  move_into_place(scope);
  // Renames into several folders become durable together.
  if (::syncfs(lock_.get()) != 0) throw cannot_write(path_, errno);
  std::error_code ignored;
  fs::remove_all(part_, ignored);
  part_.clear();
}

void OutputFolder::move_into_place(DumpScope scope) {
  const fs::path target(path_);
  std::vector<fs::path> last;
  for (const auto& entry : entries_of(part_)) {
    if (!fs::is_directory(entry)) {
      last.push_back(entry);
      continue;
    }
    const auto folder = target / entry.filename();
    make_folder(folder, path_);
    for (const auto& file : entries_of(entry)) move_file(file, folder / file.filename());
  }
  bool has_oplog = false;
  for (const auto& file : last) {
    has_oplog = has_oplog || file.filename() == "oplog.bson";
    move_file(file, target / file.filename());
  }
  if (scope == DumpScope::server && !has_oplog) remove_file(target / "oplog.bson");
}

}  // namespace sidekick::dump
