/// Errors of answers that violate git's protocol.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "git_sync/object_id.hpp"
#include "git_sync/remote/server_error.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

/// Text from outside, escaped for a message.
inline std::string printable(std::string_view text) {
  return "'" + one_line(text) + "'";
}

/// An error that `part` of the answer is malformed.
inline Error malformed(std::string_view part) {
  return {ErrorKind::data, std::string(part) + " cannot be read: not git's protocol, or damaged on the way"};
}

/// Ends an endless listing, to bound the memory. Not thread safe.
class ListingLimit final {
 public:
  explicit ListingLimit(std::size_t max_bytes) : left_(max_bytes) {}

  /// Throws Error of kind data once all lines together exceed the limit.
  void take(std::string_view line) {
    if (line.size() + 1 > left_)
      throw Error(ErrorKind::data, "its list of refs is longer than can be kept",
                  "version 2 of git's protocol on the server makes it short; --max-ref-list allows a longer one");
    left_ -= line.size() + 1;
  }

 private:
  std::size_t left_;
};

/// Parses an id. Throws malformed(part).
inline ObjectId id_from(std::string_view text, std::string_view part) {
  const auto id = ObjectId::parse(text);
  if (!id) throw malformed(part);
  return *id;
}

}  // namespace sidekick::git_sync
