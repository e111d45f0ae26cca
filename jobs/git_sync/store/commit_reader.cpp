#include "git_sync/store/commit_reader.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sidekick::git_sync {

namespace {

// A tag of a tag is rare, and a cycle of them would need a broken SHA-1.
constexpr int max_tags = 32;

std::string_view text_of(const OdbObject& object) {
  return {static_cast<const char*>(git_odb_object_data(object.get())), git_odb_object_size(object.get())};
}

/// Takes the line `name hash` off the front, if present.
std::optional<ObjectId> take_id(std::string_view& text, std::string_view name) {
  const auto line = text.substr(0, text.find('\n'));
  if (!line.starts_with(name)) return {};
  const auto id = ObjectId::parse(line.substr(name.size()));
  if (id) text.remove_prefix(std::min(text.size(), line.size() + 1));
  return id;
}

}  // namespace

std::size_t ObjectIdHash::operator()(const ObjectId& id) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, id.value.id, sizeof hash);
  return hash;
}

CommitLinks read_commit(git_odb* odb, const ObjectId& id) {
  const auto object = read_object(odb, id, GIT_OBJECT_COMMIT, "commit");
  auto text = text_of(object);
  const auto tree = take_id(text, "tree ");
  if (!tree) throw Error(ErrorKind::data, "commit '" + id.hex() + "' is damaged: it names no tree");
  CommitLinks links{*tree, {}};
  while (const auto parent = take_id(text, "parent ")) links.parents.push_back(*parent);
  return links;
}

ObjectId peel_to_commit(git_odb* odb, const ObjectId& id) {
  ObjectId at = id;
  for (int i = 0; i < max_tags; i++) {
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (git_odb_read_header(&size, &type, odb, &at.value) == 0 && type == GIT_OBJECT_COMMIT) return at;
    const auto object = read_object(odb, at, GIT_OBJECT_TAG, "object");
    auto text = text_of(object);
    const auto target = take_id(text, "object ");
    if (!target) throw Error(ErrorKind::data, "tag '" + at.hex() + "' is damaged: it names no object");
    at = *target;
  }
  throw Error(ErrorKind::data, "'" + id.hex() + "' does not name a commit");
}

}  // namespace sidekick::git_sync
