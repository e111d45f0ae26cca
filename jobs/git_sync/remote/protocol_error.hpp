/// Errors of answers that do not keep to git's protocol.
#pragma once

#include <cstddef>
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

constexpr std::size_t max_listing_bytes = std::size_t{256} << 20;

/// Ends a listing that goes on for ever: what is kept in memory has to end. Not thread safe.
class ListingLimit final {
 public:
  explicit ListingLimit(std::size_t max_bytes) : left_(max_bytes) {}

  /// Throws Error of kind data once all lines together are longer than allowed.
  void take(std::string_view line) {
    if (line.size() + 1 > left_)
      throw Error(ErrorKind::data, "its list of refs is longer than can be kept",
                  "enable version 2 of git's protocol on the server");
    left_ -= line.size() + 1;
  }

 private:
  std::size_t left_;
};

/// The id that `text` is. Throws malformed(part).
inline ObjectId id_from(std::string_view text, std::string_view part) {
  const auto id = ObjectId::parse(text);
  if (!id) throw malformed(part);
  return *id;
}

}  // namespace sidekick::git_sync
