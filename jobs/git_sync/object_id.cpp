#include "git_sync/object_id.hpp"

#include <algorithm>

namespace sidekick::git_sync {

std::string ObjectId::hex() const {
  std::string text(GIT_OID_SHA1_HEXSIZE, '\0');
  git_oid_fmt(text.data(), &value);
  return text;
}

bool ObjectId::is_zero() const noexcept {
  return git_oid_is_zero(&value) != 0;
}

std::optional<ObjectId> ObjectId::parse(std::string_view text) {
  const auto is_digit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  if (text.size() != GIT_OID_SHA1_HEXSIZE || !std::ranges::all_of(text, is_digit)) return {};
  ObjectId id;
  if (git_oid_fromstrn(&id.value, text.data(), text.size()) != 0) return {};
  return id;
}

}  // namespace sidekick::git_sync
