/// Identifies a file of an unexpected format by its first bytes, and what to do with it.
#pragma once

#include <optional>
#include <string>

#include "mongo/bson.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

/// How many plain bytes the functions here need; fewer where there are no more.
inline constexpr std::size_t input_kind_bytes = 512;

/// True for an archive of mongodump.
bool is_archive(Bytes first) noexcept;

/// True for a tar: POSIX.1-1988 (ustar) and GNU tar have it in their first header.
bool is_tar(Bytes first) noexcept;

/// True where a document may begin: a possible length, then the type of an element or the end of an empty one.
bool may_be_bson(Bytes first) noexcept;

/// The error, of kind data, for a file `name` that should be an archive and is not; it says what it is instead.
Error not_an_archive(const std::string& name, Bytes first);

/// The same for a file that should be any kind of backup.
Error not_a_backup(const std::string& name, Bytes first);

/// The error for a file that should be plain documents and begins as another known format; nothing where it may be
/// documents.
std::optional<Error> not_bson(const std::string& name, Bytes first);

}  // namespace sidekick::mongo
