/// A dump as a stream of documents, whatever form it has on disk.
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

/// The largest document a dump may hold: what servers store, and the envelope of an oplog entry around it.
inline constexpr std::int32_t max_document_bytes = (16 << 20) + (16 << 10);

/// What a dump says of one collection before its documents come.
struct DumpCollection {
  Namespace ns;
  std::string metadata;  ///< Extended JSON, may be empty
  std::string type;      ///< "collection", "view", "timeseries", or "" in old dumps
  // Without an initializer the compiler warns of every list of the first three.
  // NOLINTNEXTLINE(readability-redundant-member-init)
  std::optional<Error> flaw = {};  ///< why it cannot be restored: see check_collection()
  bool documents_missing = false;  ///< there is metadata and no file of documents
};

struct DumpEvent {
  enum class Kind { document, end_of_collection, end };
  Kind kind = Kind::end;
  std::size_t collection = 0;  ///< index into collections()
  std::size_t bytes = 0;       ///< of the document
};

/// Reads a dump once, front to back, and proves it on the way: every frame, and in archives every checksum and the
/// totals of the header. What it says of a collection is judged by check_collection().
/// Errors of kind data name the collection and the offset in the plain bytes. Not thread safe.
class DumpReader {
 public:
  virtual ~DumpReader() = default;

  virtual const std::vector<DumpCollection>& collections() const noexcept = 0;

  /// "6.0.5", or empty where the dump does not say.
  virtual const std::string& server_version() const noexcept = 0;

  /// Files and folders that lie in the dump and are no part of it.
  virtual std::span<const std::string> passed_over() const noexcept { return {}; }

  /// What comes next. After a document its bytes must be taken by read_document() before next() is called again.
  /// Each collection ends exactly once; `end` comes again and again.
  virtual DumpEvent next() = 0;

  /// Fills `into`, whose size is that of the event, with the document, and tells what a walk over it found; a flaw is
  /// thrown and not returned.
  virtual DocumentFacts read_document(std::span<std::uint8_t> into) = 0;

  /// Compressed bytes taken so far, and how many there are where that is known.
  virtual std::uint64_t position() const noexcept = 0;
  virtual std::optional<std::uint64_t> size() const noexcept = 0;
};

}  // namespace sidekick::mongo
