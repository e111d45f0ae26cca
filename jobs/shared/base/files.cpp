#include "sidekick/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sidekick/error.hpp"
#include "sidekick/fd.hpp"
#include "sidekick/hex.hpp"

namespace sidekick {

namespace {

constexpr std::size_t random_digits = 12;

Error cannot(const std::string& what, const std::filesystem::path& path, int number) {
  return error_from_errno("cannot " + what + " '" + path.string() + "'", number);
}

/// A temporary file in a folder. The destructor removes it unless it was renamed.
class Temporary final {
 public:
  Temporary(int folder, mode_t mode) : folder_(folder), name_(temporary_name()) {
    file_.reset(::openat(folder_, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  }
  ~Temporary() {
    if (file_) ::unlinkat(folder_, name_.c_str(), 0);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  const Fd& file() const noexcept { return file_; }

  bool rename(const std::string& name) noexcept {
    if (::renameat(folder_, name_.c_str(), folder_, name.c_str()) != 0) return false;
    file_.reset();
    return true;
  }

 private:
  int folder_;
  std::string name_;
  Fd file_;
};

/// Some filesystems cannot sync a folder, and need not.
bool synced(int folder) {
  return ::fsync(folder) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS;
}

}  // namespace

bool write_whole(int fd, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void write_whole(int fd, std::string_view bytes, const std::string& name) {
  if (!write_whole(fd, bytes)) throw cannot("write", name, errno);
}

std::optional<std::string> read_whole(int fd, std::size_t max_bytes) {
  std::string text;
  std::array<char, 4096> chunk{};
  while (text.size() <= max_bytes) {
    const auto n = ::read(fd, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(n));
  }
  return text;
}

std::string temporary_name() {
  return std::string(temporary_prefix) + random_hex(random_digits);
}

void replace_file(const std::filesystem::path& file, std::string_view bytes, const NewFile& how) {
  const auto parent = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const Fd folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throw cannot("open folder", parent, errno);
  Temporary temporary(folder.get(), how.mode);
  const int fd = temporary.file().get();
  if (fd < 0 || !write_whole(fd, bytes)) throw cannot("write", file, errno);
  if (how.mask == NewFile::Mask::ignored && ::fchmod(fd, how.mode) != 0) throw cannot("set the mode of", file, errno);
  if (how.durable == Durable::now && ::fsync(fd) != 0) throw cannot("sync", file, errno);
  if (!temporary.rename(file.filename().string())) throw cannot("write", file, errno);
  if (how.durable == Durable::now && !synced(folder.get())) throw cannot("sync", parent, errno);
}

void sync_folder(const std::filesystem::path& folder) {
  const Fd fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || !synced(fd.get())) throw cannot("sync", folder, errno);
}

}  // namespace sidekick
