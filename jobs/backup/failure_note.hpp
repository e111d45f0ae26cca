/// What keeps a hopeless backup from being uploaded again and again, although its container is made anew each time.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sidekick/error.hpp"
#include "storage/manifest.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

/// A failure that no further attempt can mend, and when it was, by the wall clock.
struct FailureNote {
  storage::WallTime at{};
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  std::string hint;
};

/// Lines of text: "1", milliseconds since 1970, the kind, the message, the hint. Nothing for what is no such note: a
/// note that cannot be read holds nobody up. Pure.
std::string to_text(const FailureNote& note);
std::optional<FailureNote> parse_failure_note(std::string_view text);

/// "<job>.failure", the object that holds the note. Pure.
std::string failure_note_name(std::string_view job);

/// The note of a job, beside its backups. All throw as Storage does.
std::optional<FailureNote> read_failure_note(storage::Storage& storage, const std::string& job,
                                             const CancelToken& cancel);
void leave_failure_note(storage::Storage& storage, const std::string& job, const FailureNote& note,
                        const CancelToken& cancel);
void remove_failure_note(storage::Storage& storage, const std::string& job, const CancelToken& cancel);

}  // namespace sidekick::backup
