#include "git_sync/publish/checkout_reader.hpp"

#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>

#include <optional>
#include <vector>

#include "git_sync/publish/attribute_lines.hpp"
#include "git_sync/publish/attributes.hpp"
#include "git_sync/publish/ident.hpp"
#include "git_sync/store/large_blob.hpp"
#include "git_sync/store/libgit2.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

struct Buffer {
  Buffer() = default;
  ~Buffer() { git_buf_dispose(&value); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  git_buf value = GIT_BUF_INIT;
};

std::span<const std::byte> bytes_of(const void* data, std::size_t size) {
  return {static_cast<const std::byte*>(data), size};
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The objects of a part, as a repository without work tree, index or configuration: only the attributes of the commit
/// itself count, whatever else the git folder holds.
struct Part {
  RepositoryHandle stored;
  OdbHandle odb;
  RepositoryHandle bare;
  ObjectId attributes;  ///< a commit that has nothing but them

  Part(const Store& store, const AttributeUse& use)
      : stored(open_repository(store.git_dir().string())), odb(odb_of(stored.get())) {
    git_repository* raw = nullptr;
    int code = git_repository_new(&raw);
    bare.reset(raw);
    if (code == 0) code = git_repository_set_odb(raw, odb.get());
    git_config* config = nullptr;
    if (code == 0) code = git_config_new(&config);
    const ConfigHandle empty_config(config);
    if (code == 0) code = git_repository_set_config(raw, config);
    git_index* index = nullptr;
    if (code == 0) code = git_index_new(&index);
    const IndexHandle empty_index(index);
    if (code == 0) code = git_repository_set_index(raw, index);
    if (code == 0 && use.filters) code = keep_attributes(use.files);
    if (code != 0) throw git_error("cannot read the objects of '" + store.git_dir().string() + "'", code);
  }

 private:
  /// libgit2 reads attributes from commits, but not everything that git reads, so it gets a commit in memory.
  int keep_attributes(const std::map<std::string, std::string>& files) {
    constexpr int before_all_others = 1000;
    git_odb_backend* memory = nullptr;
    int code = git_mempack_new(&memory);
    if (code == 0) code = git_odb_add_backend(odb.get(), memory, before_all_others);
    git_index* raw = nullptr;
    if (code == 0) code = git_index_new(&raw);
    const IndexHandle index(raw);
    for (auto it = files.begin(); it != files.end() && code == 0; ++it) {
      git_index_entry entry{};
      entry.mode = GIT_FILEMODE_BLOB;
      entry.path = it->first.c_str();
      code = git_odb_write(&entry.id, odb.get(), it->second.data(), it->second.size(), GIT_OBJECT_BLOB);
      if (code == 0) code = git_index_add(raw, &entry);
    }
    ObjectId tree;
    if (code == 0) code = git_index_write_tree_to(&tree.value, raw, bare.get());
    if (code != 0) return code;
    const auto text = "tree " + tree.hex() + "\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\n";
    return git_odb_write(&attributes.value, odb.get(), text.data(), text.size(), GIT_OBJECT_COMMIT);
  }
};

}  // namespace

class CheckoutReader::Impl {
 public:
  explicit Impl(const Snapshot& snapshot) : Impl(snapshot, attributes_in_use(snapshot)) {}
  Impl(const Snapshot& snapshot, std::vector<AttributeUse> use)
      : snapshot_(snapshot), use_(std::move(use)), parts_(snapshot.parts.size()) {
    for (const auto& part : use_) {
      filters_ = filters_ || part.filters;
      left_undone_.insert(part.left_undone.begin(), part.left_undone.end());
    }
  }

  bool filters() const noexcept { return filters_; }
  const std::set<std::string>& left_undone() const noexcept { return left_undone_; }
  std::unique_ptr<Impl> another() const { return std::make_unique<Impl>(snapshot_, use_); }

  /// False where it is not such a file: nothing was read.
  bool read_large(const Entry& entry, const PieceSink& use) {
    if (entry.kind == EntryKind::symlink) return false;
    auto& part = open_part(entry.part);
    std::size_t bytes = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&bytes, &type, part.odb.get(), &entry.blob.value) != 0 || bytes < large_blob_bytes)
      return false;
    if (use_[entry.part].filters && is_changed(part, path_in_repository(entry))) return false;
    const auto packed = find_packed_blob(snapshot_.parts[entry.part].store->git_dir() / "objects", entry.blob);
    if (!packed) return false;
    read_packed_blob(*packed, entry.blob, use);
    return true;
  }

  void read(const Entry& entry, const std::function<void(std::span<const std::byte>)>& use) {
    auto& part = open_part(entry.part);
    const auto blob = read_object(part.odb.get(), entry.blob, GIT_OBJECT_BLOB, "content of '" + entry.path + "'");
    const auto plain = bytes_of(git_odb_object_data(blob.get()), git_odb_object_size(blob.get()));
    if (entry.kind == EntryKind::symlink || !use_[entry.part].filters) return use(plain);
    const auto path = path_in_repository(entry);
    const bool has_ident = is_set(part, path, ident_for_libgit2);
    const auto marked = has_ident ? with_ident(text_of(plain), entry.blob) : std::string();
    const auto source = has_ident ? std::as_bytes(std::span(marked)) : plain;
    const auto filters = load_filters(part, path);
    if (!filters) return use(source);
    Buffer out;
    const auto* bytes = reinterpret_cast<const char*>(source.data());
    const int code = git_filter_list_apply_to_buffer(&out.value, filters.get(), bytes, source.size());
    if (code != 0) throw git_error("cannot convert '" + entry.path + "'", code, ErrorKind::data);
    use(bytes_of(out.value.ptr, out.value.size));
  }

 private:
  Part& open_part(std::size_t index) {
    auto& part = parts_.at(index);
    if (!part) part = std::make_unique<Part>(*snapshot_.parts[index].store, use_[index]);
    return *part;
  }

  std::string path_in_repository(const Entry& entry) const {
    auto path = entry.path.substr(snapshot_.parts[entry.part].prefix.size());
    return entry.part == 0 && !snapshot_.subdir.empty() ? snapshot_.subdir + '/' + path : path;
  }

  static bool is_set(Part& part, const std::string& path, const char* attribute) {
    git_attr_options options{};
    options.version = GIT_ATTR_OPTIONS_VERSION;
    options.flags = GIT_ATTR_CHECK_NO_SYSTEM | GIT_ATTR_CHECK_INDEX_ONLY | GIT_ATTR_CHECK_INCLUDE_COMMIT;
    options.attr_commit_id = part.attributes.value;
    const char* value = nullptr;
    const int code = git_attr_get_ext(&value, part.bare.get(), &options, path.c_str(), attribute);
    if (code != 0) throw git_error("cannot tell the attributes of '" + path + "'", code, ErrorKind::data);
    return git_attr_value(value) == GIT_ATTR_VALUE_TRUE;
  }

  static bool is_changed(Part& part, const std::string& path) {
    return is_set(part, path, ident_for_libgit2) || load_filters(part, path) != nullptr;
  }

  static FilterList load_filters(Part& part, const std::string& path) {
    git_filter_options options{};
    options.version = GIT_FILTER_OPTIONS_VERSION;
    options.flags = GIT_FILTER_NO_SYSTEM_ATTRIBUTES | GIT_FILTER_ATTRIBUTES_FROM_COMMIT | GIT_FILTER_ALLOW_UNSAFE;
    options.attr_commit_id = part.attributes.value;
    git_filter_list* filters = nullptr;
    const int code =
        git_filter_list_load_ext(&filters, part.bare.get(), nullptr, path.c_str(), GIT_FILTER_TO_WORKTREE, &options);
    if (code != 0) throw git_error("cannot tell the attributes of '" + path + "'", code, ErrorKind::data);
    return FilterList(filters);
  }

  const Snapshot& snapshot_;
  std::vector<AttributeUse> use_;
  std::vector<std::unique_ptr<Part>> parts_;  // opened when first read from
  bool filters_ = false;
  std::set<std::string> left_undone_;
};

CheckoutReader::CheckoutReader(const Snapshot& snapshot) : impl_(std::make_unique<Impl>(snapshot)) {}
CheckoutReader::CheckoutReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CheckoutReader::~CheckoutReader() = default;

FileBytes CheckoutReader::source(const Entry& entry) {
  return [this, &entry](const PieceSink& use) {
    if (!impl_->read_large(entry, use)) impl_->read(entry, use);
  };
}

void CheckoutReader::read(const Entry& entry, const std::function<void(std::span<const std::byte>)>& use) {
  impl_->read(entry, use);
}

bool CheckoutReader::filters() const noexcept {
  return impl_->filters();
}

const std::set<std::string>& CheckoutReader::left_undone() const noexcept {
  return impl_->left_undone();
}

std::unique_ptr<CheckoutReader> CheckoutReader::another() const {
  return std::make_unique<CheckoutReader>(impl_->another());
}

}  // namespace sidekick::git_sync
