/// Errors of answers that do not keep to git's protocol.
#pragma once

#include <string>
#include <string_view>

#include "git_sync/object_id.hpp"
#include "git_sync/remote/server_error.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

/// Text from outside, fit for a message.
inline std::string printable(std::string_view text) {
  return "'" + one_line(text) + "'";
}

/// `part` of the answer is not what it ought to be.
inline Error malformed(std::string_view part) {
  return {ErrorKind::data, std::string(part) + " cannot be read: not git's protocol, or damaged on the way"};
}

/// The id that `text` is. Throws malformed(part).
inline ObjectId id_from(std::string_view text, std::string_view part) {
  const auto id = ObjectId::parse(text);
  if (!id) throw malformed(part);
  return *id;
}

}  // namespace sidekick::git_sync
