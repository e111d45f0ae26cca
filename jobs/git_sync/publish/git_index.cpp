#include "git_sync/publish/git_index.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "git_sync/publish/files.hpp"
#include "git_sync/store/tree_reader.hpp"

namespace sidekick::git_sync {

namespace {

// Version 2 of the format in git's Documentation/gitformat-index: a header, the entries sorted by path, each padded
// with 1 to 8 zeros to a multiple of 8 bytes, and the SHA-1 of all before.
constexpr std::size_t alignment = 8;
constexpr std::size_t max_name_length = 0xfff;

void put32(std::string& out, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift & 0xff);
}

template <class T>
std::uint32_t low32(T value) {
  return static_cast<std::uint32_t>(value & 0xffffffff);
}

std::uint32_t mode_in_index(EntryKind kind) {
  if (kind == EntryKind::symlink) return mode_symlink;
  return mode_file | (kind == EntryKind::executable ? 0755U : 0644U);
}

void put_entry(std::string& out, const std::string& path, const ObjectId& id, std::uint32_t mode,
               const struct stat& status) {
  const auto start = out.size();
  for (const auto& time : {status.st_ctim, status.st_mtim}) {
    put32(out, low32(time.tv_sec));
    put32(out, low32(time.tv_nsec));
  }
  put32(out, low32(status.st_dev));
  put32(out, low32(status.st_ino));
  put32(out, mode);
  put32(out, low32(status.st_uid));
  put32(out, low32(status.st_gid));
  put32(out, low32(status.st_size));
  out.append(reinterpret_cast<const char*>(id.value.id), sizeof id.value.id);
  const auto length = static_cast<std::uint16_t>(std::min(path.size(), max_name_length));
  out += static_cast<char>(length >> 8);
  out += static_cast<char>(length & 0xff);
  out += path;
  out.append(alignment - (out.size() - start) % alignment, '\0');
}

void append_checksum(std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), sum.data(), &size, EVP_sha1(), nullptr) != 1)
    throw Error(ErrorKind::internal, "cannot compute a SHA-1");
  text.append(reinterpret_cast<const char*>(sum.data()), size);
}

}  // namespace

void write_git_index(const std::filesystem::path& file, const Listing& listing,
                     const std::vector<struct stat>& statuses) {
  std::string body;
  std::uint32_t count = 0;
  body.reserve(listing.entries.size() * 128);
  auto submodule = listing.submodules.begin();
  const auto put_submodules_before = [&](const std::string* path) {
    for (; submodule != listing.submodules.end() && (!path || submodule->path < *path); submodule++, count++)
      put_entry(body, submodule->path, submodule->commit, mode_submodule, {});
  };
  for (std::size_t i = 0; i < listing.entries.size(); i++) {
    const auto& entry = listing.entries[i];
    if (entry.part != 0) continue;
    put_submodules_before(&entry.path);
    put_entry(body, entry.path, entry.blob, mode_in_index(entry.kind), statuses[i]);
    count++;
  }
  put_submodules_before(nullptr);
  std::string text = "DIRC";
  put32(text, 2);
  put32(text, count);
  text += body;
  append_checksum(text);
  write_file_atomically(file, text, 0644, Durable::later);
}

}  // namespace sidekick::git_sync
