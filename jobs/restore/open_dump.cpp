#include "restore/open_dump.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "filters/decompress.hpp"
#include "filters/peek.hpp"
#include "mongo/archive_reader.hpp"
#include "mongo/folder_hints.hpp"
#include "mongo/folder_reader.hpp"
#include "sidekick/error.hpp"

namespace sidekick::restore {

namespace {

Error folder_as_archive(const std::string& path) {
  const auto archive = mongo::archive_in(path);
  return {ErrorKind::no_input, "cannot read archive '" + path + "': it is a folder",
          archive.empty() ? "name a dump folder without --archive; a container engine creates a folder where the file "
                            "to mount is missing"
                          : "name the archive in it: --archive=" + archive};
}

Fd open_archive(const Settings& settings) {
  if (settings.input == Input::archive_file) {
    std::error_code ignored;
    if (std::filesystem::is_directory(settings.path, ignored)) throw folder_as_archive(settings.path);
    return filters::open_for_reading(settings.path);
  }
  Fd fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!fd)
    throw error_from_errno("cannot read standard input", errno, "pipe an archive into it, or give --archive=FILE");
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
    const auto gzip = settings.gzip ? mongo::Gzip::preferred : mongo::Gzip::not_asked;
    auto dump =
        mongo::list_folder({settings.path, settings.db, settings.collection, settings.oplog_file, gzip}, cancel);
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
  auto stored = std::make_unique<filters::PeekSource>(std::move(raw));
  std::unique_ptr<filters::Source> packed;
  if (filters::is_age(stored->peek(filters::age_magic_bytes)))
    packed = filters::decrypted(std::move(stored), settings.identities, name);
  else
    packed = std::move(stored);
  return std::make_unique<mongo::ArchiveReader>(filters::decompressed(std::move(packed), name), position, name, size);
}

bool can_be_read_twice(const Settings& settings) {
  if (settings.input != Input::archive_file) return settings.input != Input::standard_input;
  struct stat status{};
  const bool there = ::stat(settings.path.c_str(), &status) == 0;
  return !there || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
}

}  // namespace sidekick::restore
