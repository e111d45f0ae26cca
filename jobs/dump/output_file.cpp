#include "dump/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "dump/part.hpp"
#include "sidekick/error.hpp"
#include "sidekick/files.hpp"

namespace sidekick::dump {

namespace fs = std::filesystem;

namespace {

Error cannot_write(const std::string& path, int number) {
  auto error = error_from_errno("cannot write '" + path + "'", number);
  if (number == EROFS) return error;
  if (number == ENOENT) return {ErrorKind::no_input, error.message(), "create its folder first"};
  if (number == ENOSPC || number == EDQUOT) return {ErrorKind::io, error.message(), "free space on the disk"};
  return error;
}

/// The part file, locked and empty. Its previous writer is dead, or its lock would still be held.
Fd open_part(const std::string& part, const std::string& path) {
  for (;;) {
    Fd fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, private_file));
    if (!fd) throw cannot_write(path, errno);
    if (!lock_part(fd.get(), part, path, "write each dump to a file of its own")) continue;
    if (::ftruncate(fd.get(), 0) != 0) throw cannot_write(path, errno);
    return fd;
  }
}

bool is_special(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

std::string without_links(const std::string& path) {
  std::error_code error;
  auto out = fs::canonical(path, error);
  return error ? path : out.string();
}

}  // namespace

OutputFile::OutputFile(const std::string& path, CancelToken cancel) : path_(without_links(path)) {
  Fd fd;
  if (is_special(path)) {
    fd = Fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) throw cannot_write(path, errno);
  } else {
    const fs::path whole(path_);
    part_ = (whole.parent_path() / ("." + whole.filename().string() + ".part")).string();
    fd = open_part(part_, path_);
    lock_ = Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
    if (!lock_) throw cannot_write(path, errno);
  }
  sink_.emplace(std::move(fd), path, std::move(cancel));
}

OutputFile::~OutputFile() {
  if (!part_.empty() && is_own_part(lock_.get(), part_)) ::unlink(part_.c_str());
}

void OutputFile::write(std::span<const std::uint8_t> bytes) {
  constexpr std::uint64_t step = std::uint64_t{8} << 20U;
  sink_->write(bytes);
  const auto fresh = sink_->bytes() - on_its_way_;
  if (!lock_ || fresh < step) return;
  // Starts writeback early, so that the final sync is short. A hint: an error here shows up there too.
  ::sync_file_range(lock_.get(), static_cast<off_t>(on_its_way_), static_cast<off_t>(fresh), SYNC_FILE_RANGE_WRITE);
  on_its_way_ += fresh;
}

void OutputFile::overwrite(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  while (lock_ && !bytes.empty()) {
    const auto n = ::pwrite(lock_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw cannot_write(path_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

void OutputFile::finish() {
  if (!part_.empty()) sink_->sync();
  sink_->finish();
  if (part_.empty()) return;
  confirm_part(lock_.get(), part_, path_);
  take_mode(part_, path_);
  if (::rename(part_.c_str(), path_.c_str()) != 0) throw cannot_write(path_, errno);
  part_.clear();
  sync_folder(fs::path(path_).parent_path().string());
}

}  // namespace sidekick::dump
