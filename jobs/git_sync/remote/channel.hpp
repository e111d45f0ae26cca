/// A conversation with git-upload-pack of one repository, over any transport.
#pragma once

#include <string_view>

#include "git_sync/remote/pkt_line.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::git_sync {

/// For one thread at a time. Throws Error: unavailable (also when the answer ends too early), denied, no_input, data,
/// config, cancelled, and what the readers throw. After an error hang_up() is called.
class Channel {
 public:
  enum class State {
    per_conversation,  ///< the server remembers the conversation since its greeting
    none,              ///< each request is independent, and needs no greeting
  };

  virtual ~Channel() = default;
  virtual State state() const noexcept = 0;

  /// Begins a conversation: requests version 2, and passes the greeting of the server to `reader`.
  virtual void greet(LineReader& reader, const CancelToken& cancel) = 0;

  /// Sends `request` and passes the answer to `reader`, until it is complete.
  virtual void exchange(std::string_view request, LineReader& reader, const CancelToken& cancel) = 0;

  /// Ends the conversation. A reusable connection is kept.
  virtual void hang_up() noexcept = 0;

  /// Ends the conversation after an error: nothing is kept.
  virtual void disconnect() noexcept = 0;
};

}  // namespace sidekick::git_sync
