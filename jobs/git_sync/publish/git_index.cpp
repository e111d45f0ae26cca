#include "git_sync/publish/git_index.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "git_sync/publish/confined_folder.hpp"
#include "git_sync/store/tree_reader.hpp"

namespace sidekick::git_sync {

namespace {

// The format in git's Documentation/gitformat-index: a header, the entries sorted by path, each padded with 1 to 8
// zeros to a multiple of 8 bytes, and the SHA-1 of all before. Version 3 where an entry has extended flags, else 2.
constexpr std::size_t alignment = 8;
constexpr std::size_t max_name_length = 0xfff;
constexpr std::uint16_t is_extended = 0x4000;
constexpr std::uint16_t skip_worktree = 0x4000;

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

void put16(std::string& out, std::uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

struct IndexRow {
  const std::string* path;
  const ObjectId* id;
  std::uint32_t mode;
  const struct stat* status;  ///< none: zeros
  enum class In { worktree, index_only } in = In::worktree;
};

void put_row(std::string& out, const IndexRow& row) {
  constexpr struct stat nothing{};
  const auto& status = row.status ? *row.status : nothing;
  const bool extended = row.in == IndexRow::In::index_only;
  const auto start = out.size();
  for (const auto& time : {status.st_ctim, status.st_mtim}) {
    put32(out, low32(time.tv_sec));
    put32(out, low32(time.tv_nsec));
  }
  put32(out, low32(status.st_dev));
  put32(out, low32(status.st_ino));
  put32(out, row.mode);
  put32(out, low32(status.st_uid));
  put32(out, low32(status.st_gid));
  put32(out, low32(status.st_size));
  out.append(reinterpret_cast<const char*>(row.id->value.id), sizeof row.id->value.id);
  const auto length = static_cast<std::uint16_t>(std::min(row.path->size(), max_name_length));
  put16(out, extended ? length | is_extended : length);
  if (extended) put16(out, skip_worktree);
  out += *row.path;
  out.append(alignment - (out.size() - start) % alignment, '\0');
}

void append_checksum(std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), sum.data(), &size, EVP_sha1(), nullptr) != 1)
    throw Error(ErrorKind::internal, "cannot compute a SHA-1");
  text.append(reinterpret_cast<const char*>(sum.data()), size);
}

std::vector<IndexRow> rows_of(const Listing& listing, const std::vector<struct stat>& statuses) {
  std::vector<IndexRow> rows;
  rows.reserve(listing.entries.size() + listing.left_out.size() + listing.submodules.size());
  for (std::size_t i = 0; i < listing.entries.size(); i++) {
    const auto& entry = listing.entries[i];
    if (entry.part == 0) rows.push_back({&entry.path, &entry.blob, mode_in_index(entry.kind), &statuses[i]});
  }
  for (const auto& module : listing.submodules) rows.push_back({&module.path, &module.commit, mode_submodule, nullptr});
  for (const auto& entry : listing.left_out)
    rows.push_back({&entry.path, &entry.blob, mode_in_index(entry.kind), nullptr, IndexRow::In::index_only});
  std::ranges::sort(rows, [](const IndexRow& a, const IndexRow& b) { return *a.path < *b.path; });
  return rows;
}

}  // namespace

void write_git_index(const std::filesystem::path& file, const Listing& listing,
                     const std::vector<struct stat>& statuses) {
  const auto rows = rows_of(listing, statuses);
  std::string text = "DIRC";
  text.reserve(rows.size() * 128);
  put32(text, listing.left_out.empty() ? 2 : 3);
  put32(text, low32(rows.size()));
  for (const auto& row : rows) put_row(text, row);
  append_checksum(text);
  replace_file(file, text, {.mask = NewFile::Mask::ignored, .durable = Durable::later});
}

}  // namespace sidekick::git_sync
