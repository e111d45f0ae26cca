/// A dump as a stream of documents, in any form on disk.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mongo/document_check.hpp"
#include "mongo/namespace.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

/// The largest document of a dump: what servers store, plus the envelope of an oplog entry.
inline constexpr std::int32_t max_document_bytes = (16 << 20) + (16 << 10);

/// What a dump contains about one collection before its documents.
struct DumpCollection {
  Namespace ns;
  std::string metadata;  ///< Extended JSON, may be empty
  std::string type;      ///< "collection", "view", "timeseries", or "" in old dumps
  // Without an initializer the compiler warns of every list of the first three.
  // NOLINTNEXTLINE(readability-redundant-member-init)
  std::optional<Error> flaw = {};  ///< why it cannot be restored: see check_collection()
  bool documents_missing = false;  ///< it has metadata, but no file of documents
};

struct DumpEvent {
  enum class Kind { document, end_of_collection, end };
  Kind kind = Kind::end;
  std::size_t collection = 0;  ///< index into collections()
  std::size_t bytes = 0;       ///< of the document
};

/// Reads a dump once, front to back, and verifies it on the way: every frame, and in archives every checksum and the
/// totals of the header. Metadata is checked by check_collection(). Errors of kind data name the collection and the
/// offset in the plain bytes. Not thread safe.
class DumpReader {
 public:
  virtual ~DumpReader() = default;

  virtual const std::vector<DumpCollection>& collections() const noexcept = 0;

  /// "6.0.5", or empty where the dump does not have it.
  virtual const std::string& server_version() const noexcept = 0;

  /// Files and folders in the dump that are not part of it.
  virtual std::span<const std::string> passed_over() const noexcept { return {}; }

  /// The next event. After a document its bytes must be taken by read_document() before next() is called again. Each
  /// collection ends exactly once; at the end, `end` is returned always.
  virtual DumpEvent next() = 0;

  /// Fills `into`, whose size is that of the event, with the document, and returns the result of a walk over it; throws
  /// for a flaw.
  virtual DocumentFacts read_document(std::span<std::uint8_t> into) = 0;

  /// Compressed bytes read so far, and their total where that is known.
  virtual std::uint64_t position() const noexcept = 0;
  virtual std::optional<std::uint64_t> size() const noexcept = 0;
};

}  // namespace sidekick::mongo
