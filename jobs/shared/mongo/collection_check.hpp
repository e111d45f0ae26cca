/// Checks whether a collection of a dump can be restored unchanged, before anything is written.
#pragma once

#include "mongo/dump_reader.hpp"
#include "mongo/metadata.hpp"

namespace sidekick::mongo {

/// The parsed metadata of `collection`. Throws Error of kind data for the flaw that the reader found in it, for a name
/// that no server accepts, for buckets of a time series without its metadata, and for contradictory metadata.
Metadata check_collection(const DumpCollection& collection);

/// Throws Error of kind data where no server accepts the name of the database or of the collection.
void check_name(const Namespace& ns);

}  // namespace sidekick::mongo
