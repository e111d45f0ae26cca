/// Checks that a document is well-formed BSON, whatever its content.
#pragma once

#include <cstddef>
#include <optional>

#include "mongo/bson.hpp"

namespace sidekick::mongo {

/// The result of one walk over a document.
struct DocumentFacts {
  /// The offset of the first invalid byte: a wrong length, an unknown type, a missing terminator.
  std::optional<std::size_t> flaw_at;
  /// A top-level field other than _id holds Timestamp(0,0), which a server replaces on an ordinary insert.
  bool zero_timestamp = false;
};

/// Walks every element of `document` (complete, including its length field), nested ones to a depth of 256, per
/// bsonspec.org 1.1. Text need not be UTF-8, and keys may be empty or duplicate: servers store such documents.
DocumentFacts check_document(Bytes document) noexcept;

}  // namespace sidekick::mongo
