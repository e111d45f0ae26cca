/// A record of a permanent failure, which prevents that each new container uploads the same hopeless backup again.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sidekick/error.hpp"
#include "storage/manifest.hpp"
#include "storage/storage.hpp"

namespace sidekick::backup {

/// A permanent failure and its time by the wall clock.
struct FailureNote {
  storage::WallTime at{};
  ErrorKind kind = ErrorKind::internal;
  std::string message;
  std::string hint;
};

/// Lines of text: "1", milliseconds since 1970, the kind, the message, the hint. Parsing returns nothing for an invalid
/// note, which then delays no backup. Pure.
std::string to_text(const FailureNote& note);
std::optional<FailureNote> parse_failure_note(std::string_view text);

/// "<job>.failure", the name of the object with the note. Pure.
std::string failure_note_name(std::string_view job);

/// Read, write and remove the note of a job, which is stored beside its backups. Throw as Storage does.
std::optional<FailureNote> read_failure_note(storage::Storage& storage, const std::string& job,
                                             const CancelToken& cancel);
void leave_failure_note(storage::Storage& storage, const std::string& job, const FailureNote& note,
                        const CancelToken& cancel);
void remove_failure_note(storage::Storage& storage, const std::string& job, const CancelToken& cancel);

}  // namespace sidekick::backup
