#include "git_sync/publish/attributes.hpp"

#include <algorithm>
#include <vector>

#include "git_sync/publish/attribute_lines.hpp"
#include "git_sync/store/tree_reader.hpp"

namespace sidekick::git_sync {

namespace {

// `text` and `crlf` alone change nothing here: git writes line feeds, as the blob has them, unless eol=crlf asks for
// more.
bool changes_bytes(std::string_view attribute) {
  return attribute == "ident" || attribute == "eol=crlf";
}

void note_state(std::string_view attribute, AttributeUse& use) {
  if (changes_bytes(attribute)) use.filters = true;
  if (attribute.starts_with("filter=") || attribute.starts_with("working-tree-encoding="))
    use.left_undone.emplace(attribute);
}

class Search final {
 public:
  explicit Search(git_odb* odb) : odb_(odb) {}

  AttributeUse take() { return std::move(use_); }

  /// The tree itself and all below it.
  void below(const ObjectId& id, const std::string& path) {
    const TreeObject tree(odb_, id, path);
    for (const auto& entry : tree.entries()) {
      const auto kind = entry.mode & mode_mask;
      if (kind == mode_tree) below(entry.id, path + std::string(entry.name) + '/');
      if (kind == mode_file && entry.name == ".gitattributes") note(entry.id, path);
    }
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
  void note(const ObjectId& id, const std::string& folder) {
    const auto file = folder + ".gitattributes";
    const auto blob = read_object(odb_, id, GIT_OBJECT_BLOB, "file '" + file + "'");
    note_attributes({static_cast<const char*>(git_odb_object_data(blob.get())), git_odb_object_size(blob.get())}, file,
                    use_);
  }

  git_odb* odb_;
  AttributeUse use_;
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

std::vector<AttributeUse> attributes_in_use(const Content& content) {
  std::vector<AttributeUse> out;
  for (const auto& part : content.parts) {
    const auto odb = odb_of(part.store->handle());
    Search search(odb.get());
    const bool is_folder_of_main = out.empty() && !content.subdir.empty();
    if (is_folder_of_main) search.above(part.store->tree_of(part.commit), content.subdir);
    search.below(part.tree, is_folder_of_main ? content.subdir + '/' : std::string());
    out.push_back(search.take());
  }
  return out;
}

}  // namespace sidekick::git_sync
