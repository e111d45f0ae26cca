/// A conversation with git-upload-pack of one repository, whatever carries it.
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
    per_conversation,  ///< the server remembers what was said since its greeting
    none,              ///< each request stands for itself, and wants no greeting before it
  };

  virtual ~Channel() = default;
  virtual State state() const noexcept = 0;

  /// Begins a conversation: version 2 is asked for, and what the server says first goes to `reader`.
  virtual void greet(LineReader& reader, const CancelToken& cancel) = 0;

  /// Sends `request` and hands the answer to `reader`, until that is complete.
  virtual void exchange(std::string_view request, LineReader& reader, const CancelToken& cancel) = 0;

  /// Ends the conversation. A connection that serves the next one too is kept.
  virtual void hang_up() noexcept = 0;

  /// The same after an error: nothing is kept.
  virtual void disconnect() noexcept = 0;
};

}  // namespace sidekick::git_sync
