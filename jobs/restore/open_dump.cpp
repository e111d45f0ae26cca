#include "restore/open_dump.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "filters/decompress.hpp"
#include "mongo/archive_reader.hpp"
#include "mongo/folder_reader.hpp"
#include "sidekick/error.hpp"

namespace sidekick::restore {

namespace {

Fd open_archive(const Settings& settings) {
  if (settings.input == Input::archive_file) return filters::open_for_reading(settings.path);
  Fd fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!fd)
    throw error_from_errno("cannot read standard input", errno, "give an archive on it, or name one by --archive=FILE");
  return fd;
}

std::optional<std::uint64_t> size_of(const Fd& fd) {
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

std::unique_ptr<mongo::DumpReader> open_dump(const Settings& settings, const CancelToken& cancel) {
  if (settings.input == Input::folder) {
    auto dump = mongo::list_folder({settings.path, settings.db, settings.collection, settings.oplog_file}, cancel);
    return std::make_unique<mongo::FolderReader>(std::move(dump), cancel);
  }
  if (settings.input == Input::opened)
    return std::make_unique<mongo::ArchiveReader>(filters::decompressed(settings.open(cancel), settings.path),
                                                  settings.path);
  const auto name = settings.input == Input::standard_input ? std::string("standard input") : settings.path;
  auto fd = open_archive(settings);
  const auto size = size_of(fd);
  auto raw = std::make_unique<filters::FdSource>(std::move(fd), name, cancel);
  const auto& position = *raw;
  return std::make_unique<mongo::ArchiveReader>(filters::decompressed(std::move(raw), name), position, name, size);
}

bool can_be_read_twice(const Settings& settings) {
  if (settings.input != Input::archive_file) return settings.input != Input::standard_input;
  struct stat status{};
  const bool there = ::stat(settings.path.c_str(), &status) == 0;
  return !there || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
}

}  // namespace sidekick::restore
