#include "run/once_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <span>

#include "filters/digest.hpp"
#include "run/file_lock.hpp"
#include "sidekick/files.hpp"

namespace sidekick::run {

namespace {

constexpr std::size_t readable_bytes = 60;
constexpr std::size_t digest_digits = 24;
constexpr std::size_t chunk_bytes = std::size_t{64} << 10;

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The part of the key that is valid in file names everywhere.
std::string readable(const std::string& key) {
  std::string out;
  for (const char c : key.substr(0, readable_bytes)) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    out += plain ? c : '_';
  }
  return out;
}

std::string digest_of_file(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw error_from_errno("cannot read '" + path + "' (--once-file)", errno);
  filters::Sha256 digest;
  std::array<std::uint8_t, chunk_bytes> chunk;
  for (;;) {
    const auto got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw error_from_errno("cannot read '" + path + "' (--once-file)", errno);
    if (got == 0) return digest.hex();
    digest.update(std::span(chunk).first(static_cast<std::size_t>(got)));
  }
}

}  // namespace

std::string record_path(const OnceSettings& settings) {
  struct stat info{};
  if (::stat(settings.folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
    throw Error(ErrorKind::no_input, "there is no folder '" + settings.folder + "' (--state)",
                "mount a volume there: a folder of the container is lost with it", Retry::never);
  filters::Sha256 digest;
  digest.update(bytes_of(settings.key));
  // Each digest is on a line of its own, so that no key looks like another key with a digest.
  for (const auto& file : settings.files) digest.update(bytes_of("\n" + digest_of_file(file)));
  return (std::filesystem::path(settings.folder) /
          ("once-" + readable(settings.key) + "-" + digest.hex().substr(0, digest_digits)))
      .string();
}

OnceLock::OnceLock(const OnceSettings& settings, JobContext& context)
    : path_(record_path(settings)), lock_(lock_file(path_ + ".lock", context)) {}

std::optional<std::string> OnceLock::record() const {
  const Fd file(::open((path_ + ".done").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return {};
  std::array<char, 1024> text{};
  const auto got = file ? ::read(file.get(), text.data(), text.size()) : -1;
  if (got < 0) throw error_from_errno("cannot read '" + path_ + ".done'", errno);
  return std::string(text.data(), static_cast<std::size_t>(got));
}

void OnceLock::write(const std::string& text) const {
  replace_file(path_ + ".done", text);
}

}  // namespace sidekick::run
