/// A cursor whose batches are used as they arrive, without copying.
#pragma once

#include <bson/bson.h>

#include <cstdint>
#include <optional>
#include <span>

#include "dump/catalogue.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::dump {

/// Whole documents, one after another, in their own memory.
struct Batch {
  Handle<std::uint8_t, bson_free> memory;
  std::span<std::uint8_t> documents;
  std::uint64_t count = 0;
  std::size_t largest = 0;  ///< bytes of the largest document
};

/// Moves the documents of an array, which begins at `array`, together to its beginning, and drops the bytes between
/// them. Keeps `memory`. Throws Error of kind data where the array does not consist of documents.
Batch compacted(Handle<std::uint8_t, bson_free> memory, std::span<std::uint8_t> array);

/// Reads one item from its server, in its own session: for one thread. The destructor does not close the server's
/// cursor; the end of the pool does.
class Cursor final {
 public:
  /// `read_concern` may be empty.
  Cursor(const mongo::Client& client, const Server& server, const Item& item, const mongo::Bson& read_concern);

  /// The next batch of at most that many documents; nothing at the end. Throws Error as read_error(): unavailable where
  /// the cursor was lost.
  std::optional<Batch> next(std::uint32_t max_documents);

  /// True when next() has no more batches.
  bool ended() const noexcept { return id_ == 0; }

 private:
  mongo::Bson first_command(std::uint32_t max_documents) const;
  mongo::Bson next_command(std::uint32_t max_documents) const;

  const mongo::Client& client_;
  const Server& server_;
  const Item& item_;
  mongo::Bson read_concern_;
  Handle<mongoc_client_session_t, mongoc_client_session_destroy> session_;
  mongo::Bson options_;
  std::optional<std::int64_t> id_;  ///< 0: at its end
};

}  // namespace sidekick::dump
