#include "git_sync/publish/attributes.hpp"

#include <algorithm>
#include <vector>

#include "git_sync/store/tree_reader.hpp"

namespace sidekick::git_sync {

namespace {

constexpr std::string_view spaces = " \t\r\n";

// The pattern may be in quotes, with spaces in it.
std::string_view without_pattern(std::string_view line) {
  const auto start = line.find_first_not_of(spaces);
  if (start == std::string_view::npos || line[start] == '#') return {};
  line.remove_prefix(start);
  std::size_t end = 0;
  if (line[0] == '"') {
    end = 1;
    while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? std::size_t{2} : std::size_t{1};
    end = std::min(end + 1, line.size());
  } else {
    end = std::min(line.find_first_of(spaces), line.size());
  }
  return line.substr(end);
}

// `text` and `crlf` alone change nothing here: git writes line feeds, as the blob has them, unless eol=crlf asks for
// more.
bool changes_bytes(std::string_view attribute) {
  return attribute == "ident" || attribute == "eol=crlf";
}

void note_attribute(std::string_view attribute, AttributeUse& use) {
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
      if (kind == mode_file && entry.name == ".gitattributes") note(entry.id);
    }
  }

  /// The folders from the top of a commit down to `subdir`, without it.
  void above(ObjectId folder, std::string_view subdir) {
    while (!subdir.empty()) {
      const auto step = subdir.substr(0, subdir.find('/'));
      subdir.remove_prefix(std::min(subdir.size(), step.size() + 1));
      const TreeObject tree(odb_, folder, {});
      for (const auto& entry : tree.entries()) {
        if ((entry.mode & mode_mask) == mode_file && entry.name == ".gitattributes") note(entry.id);
        if (entry.name == step) folder = entry.id;
      }
    }
  }

 private:
  void note(const ObjectId& id) {
    const auto blob = read_object(odb_, id, GIT_OBJECT_BLOB, "file '.gitattributes'");
    note_attributes({static_cast<const char*>(git_odb_object_data(blob.get())), git_odb_object_size(blob.get())}, use_);
  }

  git_odb* odb_;
  AttributeUse use_;
};

}  // namespace

void note_attributes(std::string_view text, AttributeUse& use) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    auto rest = without_pattern(line);
    const auto pattern = line.substr(0, line.size() - rest.size());
    for (;;) {
      rest.remove_prefix(std::min(rest.find_first_not_of(spaces), rest.size()));
      if (rest.empty()) break;
      const auto word = rest.substr(0, rest.find_first_of(spaces));
      rest.remove_prefix(word.size());
      // libgit2 does not know patterns in quotes.
      const bool is_quoted = pattern.find_first_not_of(spaces) == pattern.find('"');
      if (is_quoted && changes_bytes(word))
        use.left_undone.insert(std::string(pattern).append(" ").append(word));
      else
        note_attribute(word, use);
    }
  }
}

std::vector<AttributeUse> attributes_in_use(const Content& content) {
  std::vector<AttributeUse> out;
  for (const auto& part : content.parts) {
    const auto odb = odb_of(part.store->handle());
    Search search(odb.get());
    if (out.empty() && !content.subdir.empty()) search.above(part.store->tree_of(part.commit), content.subdir);
    search.below(part.tree, {});
    out.push_back(search.take());
  }
  return out;
}

}  // namespace sidekick::git_sync
