#include "git_sync/store/tree_reader.hpp"

#include <algorithm>
#include <charconv>

namespace sidekick::git_sync {

namespace {

// Each entry: the mode in octal digits, a space, the name, a zero, 20 bytes of hash (git's Documentation, "tree
// objects").
TreeEntry take_entry(std::string_view& rest, const ObjectId& tree) {
  const auto damaged = [&] { return Error(ErrorKind::data, "tree '" + tree.hex() + "' is damaged"); };
  const auto space = rest.find(' ');
  const auto zero = rest.find('\0');
  if (space == std::string_view::npos || zero == std::string_view::npos || zero <= space + 1) throw damaged();
  if (rest.size() - zero - 1 < GIT_OID_SHA1_SIZE) throw damaged();
  TreeEntry entry;
  const auto [end, failure] = std::from_chars(rest.data(), rest.data() + space, entry.mode, 8);
  if (failure != std::errc() || end != rest.data() + space) throw damaged();
  entry.name = rest.substr(space + 1, zero - space - 1);
  std::string_view hash = rest.substr(zero + 1, GIT_OID_SHA1_SIZE);
  std::copy(hash.begin(), hash.end(), static_cast<unsigned char*>(entry.id.value.id));
  rest.remove_prefix(zero + 1 + GIT_OID_SHA1_SIZE);
  return entry;
}

}  // namespace

TreeObject::TreeObject(git_odb* odb, const ObjectId& id, const std::string& path)
    : object_(read_object(odb, id, GIT_OBJECT_TREE, path.empty() ? "tree" : "tree of '" + path + "'")) {
  std::string_view rest(static_cast<const char*>(git_odb_object_data(object_.get())),
                        git_odb_object_size(object_.get()));
  while (!rest.empty()) entries_.push_back(take_entry(rest, id));
}

}  // namespace sidekick::git_sync
