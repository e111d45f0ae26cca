#include "git_sync/publish/record.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <type_traits>

#include "git_sync/publish/attributes.hpp"
#include "git_sync/publish/confined_folder.hpp"
#include "git_sync/store/tree_reader.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

// The format is private to this machine and build: a record of another build or byte order counts as damaged, and is
// rebuilt by a walk. Magic, commit, snapshot key, count, files, count, empty folders; at the end the SHA-1 of
// everything before.
constexpr std::string_view magic = "sidekick record 2\n";

ObjectId checksum(std::string_view bytes) {
  use_libgit2();
  ObjectId id;
  git_odb_hash(&id.value, bytes.data(), bytes.size(), GIT_OBJECT_BLOB);
  return id;
}

template <class T>
void put(std::string& out, const T& value) {
  static_assert(std::has_unique_object_representations_v<T>);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

/// Takes values off the front; after the first missing one, `whole` stays false.
struct FieldReader {
  std::string_view rest;
  bool whole = true;

  std::string_view bytes(std::size_t count) {
    if (rest.size() < count) whole = false;
    const auto out = rest.substr(0, count);
    rest.remove_prefix(out.size());
    return out;
  }
  template <class T>
  T value() {
    T out{};
    const auto from = bytes(sizeof out);
    if (whole) std::memcpy(&out, from.data(), sizeof out);
    return out;
  }
  std::string_view text() { return bytes(value<std::uint32_t>()); }
};

std::optional<Record> parse(std::string_view bytes) {
  constexpr std::size_t sum_size = sizeof(git_oid::id);
  if (!bytes.starts_with(magic) || bytes.size() < magic.size() + sum_size) return {};
  const auto body = bytes.substr(0, bytes.size() - sum_size);
  if (std::memcmp(checksum(body).value.id, bytes.data() + body.size(), sum_size) != 0) return {};
  FieldReader fields{body.substr(magic.size())};
  Record record;
  record.commit.value = fields.value<git_oid>();
  record.snapshot_key = fields.text();
  const auto count = fields.value<std::uint64_t>();
  for (std::uint64_t i = 0; i < count && fields.whole; i++) {
    const auto path = fields.text();
    RecordedFile file;
    file.kind = static_cast<EntryKind>(fields.value<std::uint32_t>());
    file.blob.value = fields.value<git_oid>();
    file.stamp = fields.value<FileStamp>();
    record.files.emplace_hint(record.files.end(), path, file);
  }
  const auto folders = fields.value<std::uint64_t>();
  for (std::uint64_t i = 0; i < folders && fields.whole; i++) record.empty_folders.emplace_back(fields.text());
  if (!fields.whole || !fields.rest.empty()) return {};
  return record;
}

std::string serialise(const Record& record) {
  std::string out(magic);
  out.reserve(record.files.size() * 128 + 256);
  put(out, record.commit.value);
  put_text(out, record.snapshot_key);
  put(out, static_cast<std::uint64_t>(record.files.size()));
  for (const auto& [path, file] : record.files) {
    put_text(out, path);
    put(out, static_cast<std::uint32_t>(file.kind));
    put(out, file.blob.value);
    put(out, file.stamp);
  }
  put(out, static_cast<std::uint64_t>(record.empty_folders.size()));
  for (const auto& folder : record.empty_folders) put_text(out, folder);
  const auto sum = checksum(out);
  out.append(reinterpret_cast<const char*>(sum.value.id), sizeof sum.value.id);
  return out;
}

bool names_attributes(std::string_view path) {
  return path == ".gitattributes" || path.ends_with("/.gitattributes");
}

// Folders above the published one count too: their attributes apply to everything below.
std::string attributes_above(const Snapshot& snapshot) {
  if (snapshot.subdir.empty() || snapshot.parts.empty()) return {};
  const auto& part = snapshot.parts.front();
  const auto odb = odb_of(part.store->handle());
  ObjectId folder = part.store->tree_of(part.commit);
  std::string key;
  std::string_view rest = snapshot.subdir;
  while (!rest.empty()) {
    const auto step = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), step.size() + 1));
    const TreeObject tree(odb.get(), folder, {});
    for (const auto& entry : tree.entries()) {
      if (entry.name == ".gitattributes") key += "above:" + entry.id.hex() + '\n';
      if (entry.name == step) folder = entry.id;
    }
  }
  return key;
}

}  // namespace

FileStamp FileStamp::of(const struct stat& status) noexcept {
  const auto nanoseconds = [](const timespec& t) {
    return std::int64_t{t.tv_sec} * 1'000'000'000 + std::int64_t{t.tv_nsec};
  };
  return {nanoseconds(status.st_mtim), nanoseconds(status.st_ctim), static_cast<std::uint64_t>(status.st_ino),
          static_cast<std::uint64_t>(status.st_size)};
}

std::string snapshot_key(const Snapshot& snapshot, const std::vector<Entry>& entries) {
  std::string key = "subdir:" + snapshot.subdir + '\n' + attributes_above(snapshot);
  for (const auto& part : snapshot.parts) key += "part:" + part.prefix + '\n';
  for (const auto& entry : entries)
    if (names_attributes(entry.path)) key += entry.path + ':' + entry.blob.hex() + '\n';
  if (snapshot.sparse) {
    key += "sparse:" + snapshot.sparse->text() + '\n';
    // Also those that are not published themselves.
    for (const auto& file : attribute_files(snapshot, 0)) key += file.path + ':' + file.blob.hex() + '\n';
  }
  return checksum(key).hex();
}

std::optional<Record> read_record(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in && errno == ENOENT) return {};
  if (!in) throw error_from_errno("cannot read '" + file.string() + "'", errno);
  const std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) throw error_from_errno("cannot read '" + file.string() + "'", EIO);
  return parse(bytes);
}

void write_record(const std::filesystem::path& file, const Record& record) {
  write_record(file, record, Durable::now);
}

void write_record(const std::filesystem::path& file, const Record& record, Durable durable) {
  replace_file(file, serialise(record), {.mask = NewFile::Mask::ignored, .durable = durable});
}

}  // namespace sidekick::git_sync
