#include "git_sync/publish/attributes.hpp"

#include <algorithm>
#include <vector>

#include "git_sync/publish/attribute_lines.hpp"
#include "git_sync/store/tree_reader.hpp"

namespace sidekick::git_sync {

namespace {

// `text` and `crlf` alone have no effect here: git writes line feeds, as the blob has them, unless eol=crlf is set.
bool changes_bytes(std::string_view attribute) {
  return attribute == "ident" || attribute == "eol=crlf";
}

void note_state(std::string_view attribute, AttributeUse& use) {
  if (changes_bytes(attribute)) use.filters = true;
  if (attribute.starts_with("filter=") || attribute.starts_with("working-tree-encoding="))
    use.left_undone.emplace(attribute);
}

using Reach = SparsePatterns::Reach;

/// Finds the .gitattributes of one part.
class Search final {
 public:
  Search(git_odb* odb, const SparsePatterns* sparse) : odb_(odb), sparse_(sparse) {}

  std::vector<AttributeFile> take() { return std::move(files_); }

  /// The tree itself and all trees below it, without folders in which nothing is published. True where something is
  /// published.
  bool below(const ObjectId& id, const std::string& path, Reach reach) {
    const TreeObject tree(odb_, id, path);
    bool published = false;
    const TreeEntry* own = nullptr;
    for (const auto& entry : tree.entries()) {
      const auto kind = entry.mode & mode_mask;
      if (kind == mode_tree)
        published |= below_folder(entry, path, reach);
      else if (kind != mode_submodule)
        published = published || is_published(path + std::string(entry.name), PathPatterns::Kind::other, reach);
      if (kind == mode_file && entry.name == ".gitattributes") own = &entry;
    }
    if (published && own) note(own->id, path);
    return published;
  }

  /// The folders from the top of a commit down to `subdir`, without it.
  void above(ObjectId folder, std::string_view subdir) {
    std::string path;
    while (!subdir.empty()) {
      const auto step = subdir.substr(0, subdir.find('/'));
      subdir.remove_prefix(std::min(subdir.size(), step.size() + 1));
      const TreeObject tree(odb_, folder, {});
      for (const auto& entry : tree.entries()) {
        if ((entry.mode & mode_mask) == mode_file && entry.name == ".gitattributes") note(entry.id, path);
        if (entry.name == step) folder = entry.id;
      }
      path.append(step).append("/");
    }
  }

 private:
  bool below_folder(const TreeEntry& entry, const std::string& path, Reach of_parent) {
    const auto folder = path + std::string(entry.name);
    const bool published = is_published(folder, PathPatterns::Kind::folder, of_parent);
    return below(entry.id, folder + '/', published ? Reach::published : Reach::left_out);
  }

  bool is_published(const std::string& path, PathPatterns::Kind kind, Reach of_folder) const {
    return !sparse_ || sparse_->reach_of(path, kind, of_folder) == Reach::published;
  }

  void note(const ObjectId& id, const std::string& folder) { files_.push_back({folder + ".gitattributes", id}); }

  git_odb* odb_;
  const SparsePatterns* sparse_;
  std::vector<AttributeFile> files_;
};

}  // namespace

void note_attributes(std::string_view text, const std::string& file, AttributeUse& use) {
  const bool is_at_top = file == ".gitattributes";
  const auto read = read_attributes(text, is_at_top ? Macros::allowed : Macros::ignored);
  for (const auto& pattern : read.negative) use.left_undone.insert("'" + pattern + "', a negative pattern");
  for (const auto& line : read.lines)
    for (const auto& state : line.states) note_state(state, use);
  use.files.insert_or_assign(file, attributes_for_libgit2(read.lines));
}

std::vector<AttributeFile> attribute_files(const Snapshot& snapshot, std::size_t part) {
  const auto& share = snapshot.parts.at(part);
  const auto* sparse = part == 0 ? snapshot.sparse.get() : nullptr;
  const auto odb = odb_of(share.store->handle());
  Search search(odb.get(), sparse);
  if (part != 0 || snapshot.subdir.empty()) {
    search.below(share.tree, {}, sparse ? Reach::left_out : Reach::published);
    return search.take();
  }
  search.above(share.store->tree_of(share.commit), snapshot.subdir);
  const auto reach = sparse ? sparse->reach_of_folder(snapshot.subdir) : Reach::published;
  search.below(share.tree, snapshot.subdir + '/', reach);
  return search.take();
}

std::vector<AttributeUse> attributes_in_use(const Snapshot& snapshot) {
  std::vector<AttributeUse> out(snapshot.parts.size());
  for (std::size_t part = 0; part < out.size(); part++) {
    const auto odb = odb_of(snapshot.parts[part].store->handle());
    for (const auto& file : attribute_files(snapshot, part)) {
      const auto blob = read_object(odb.get(), file.blob, GIT_OBJECT_BLOB, "file '" + file.path + "'");
      const std::string_view text(static_cast<const char*>(git_odb_object_data(blob.get())),
                                  git_odb_object_size(blob.get()));
      note_attributes(text, file.path, out[part]);
    }
  }
  return out;
}

}  // namespace sidekick::git_sync
