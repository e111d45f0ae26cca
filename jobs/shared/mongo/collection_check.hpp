/// Whether a collection of a dump can be restored as what it was, told before anything is written.
#pragma once

#include "mongo/dump_reader.hpp"
#include "mongo/metadata.hpp"

namespace sidekick::mongo {

/// The metadata of `collection`, parsed. Throws Error of kind data for the flaw that the reader found in it, for a name
/// that no server takes, for buckets of a time series without its metadata, and for metadata that contradicts itself.
Metadata check_collection(const DumpCollection& collection);

/// Throws Error of kind data where no server takes the name of the database or of the collection.
void check_name(const Namespace& ns);

}  // namespace sidekick::mongo
