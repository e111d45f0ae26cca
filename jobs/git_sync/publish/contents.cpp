#include "git_sync/publish/contents.hpp"

#include <optional>
#include <vector>

#include "git_sync/publish/attributes.hpp"
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

/// The objects of a part, as a repository that has no work tree, index or configuration: so that no attribute but the
/// commit's own counts, whatever else lies in the git folder.
struct Part {
  RepositoryHandle stored;
  OdbHandle odb;
  RepositoryHandle bare;

  explicit Part(const Store& store) : stored(open_repository(store.git_dir().string())), odb(odb_of(stored.get())) {
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
    if (code != 0) throw git_error("cannot read the objects of '" + store.git_dir().string() + "'", code);
  }
};

}  // namespace

class Contents::Impl {
 public:
  explicit Impl(const Content& content) : Impl(content, attributes_in_use(content)) {}
  Impl(const Content& content, std::vector<AttributeUse> use)
      : content_(content), use_(std::move(use)), parts_(content.parts.size()) {
    for (const auto& part : use_) {
      filters_ = filters_ || part.filters;
      left_undone_.insert(part.left_undone.begin(), part.left_undone.end());
    }
  }

  bool filters() const noexcept { return filters_; }
  const std::set<std::string>& left_undone() const noexcept { return left_undone_; }
  std::unique_ptr<Impl> another() const { return std::make_unique<Impl>(content_, use_); }

  void read(const Entry& entry, const std::function<void(std::span<const std::byte>)>& use) {
    auto& part = open_part(entry.part);
    const auto blob = read_object(part.odb.get(), entry.blob, GIT_OBJECT_BLOB, "content of '" + entry.path + "'");
    const auto plain = bytes_of(git_odb_object_data(blob.get()), git_odb_object_size(blob.get()));
    if (entry.kind == EntryKind::symlink || !use_[entry.part].filters) return use(plain);
    const auto filters = load_filters(part, entry);
    if (!filters.list) return use(plain);
    Buffer out;
    // Only when it is given the blob does libgit2 tell `ident` its name.
    const int code = git_filter_list_apply_to_blob(&out.value, filters.list.get(), filters.blob.get());
    if (code != 0) throw git_error("cannot convert '" + entry.path + "'", code, ErrorKind::data);
    use(bytes_of(out.value.ptr, out.value.size));
  }

 private:
  Part& open_part(std::size_t index) {
    auto& part = parts_.at(index);
    if (!part) part = std::make_unique<Part>(*content_.parts[index].store);
    return *part;
  }

  struct Filters {
    BlobHandle blob;
    FilterList list;
  };

  Filters load_filters(Part& part, const Entry& entry) const {
    const auto& share = content_.parts[entry.part];
    auto path = entry.path.substr(share.prefix.size());
    if (entry.part == 0 && !content_.subdir.empty()) path = content_.subdir + '/' + path;
    git_blob* blob = nullptr;
    int code = git_blob_lookup(&blob, part.bare.get(), &entry.blob.value);
    BlobHandle held(blob);
    git_filter_options options = GIT_FILTER_OPTIONS_INIT;
    options.flags = GIT_FILTER_NO_SYSTEM_ATTRIBUTES | GIT_FILTER_ATTRIBUTES_FROM_COMMIT | GIT_FILTER_ALLOW_UNSAFE;
    options.attr_commit_id = share.commit.value;
    git_filter_list* filters = nullptr;
    if (code == 0)
      code = git_filter_list_load_ext(&filters, part.bare.get(), blob, path.c_str(), GIT_FILTER_TO_WORKTREE, &options);
    if (code != 0) throw git_error("cannot tell the attributes of '" + entry.path + "'", code, ErrorKind::data);
    return {std::move(held), FilterList(filters)};
  }

  const Content& content_;
  std::vector<AttributeUse> use_;
  std::vector<std::unique_ptr<Part>> parts_;  // opened when first read from
  bool filters_ = false;
  std::set<std::string> left_undone_;
};

Contents::Contents(const Content& content) : impl_(std::make_unique<Impl>(content)) {}
Contents::Contents(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Contents::~Contents() = default;

void Contents::read(const Entry& entry, const std::function<void(std::span<const std::byte>)>& use) {
  impl_->read(entry, use);
}

bool Contents::filters() const noexcept {
  return impl_->filters();
}

const std::set<std::string>& Contents::left_undone() const noexcept {
  return impl_->left_undone();
}

std::unique_ptr<Contents> Contents::another() const {
  return std::make_unique<Contents>(impl_->another());
}

}  // namespace sidekick::git_sync
