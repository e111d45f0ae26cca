/// Wire compression.
#pragma once

#include <mongoc/mongoc.h>

namespace sidekick::mongo {

/// True where the names of all hosts of `uri` mean this machine: "localhost", 127.0.0.0/8, ::1, the path of a socket.
bool is_local(const mongoc_uri_t* uri);

/// Offers the server zstd and snappy, as far as the library has them, unless all hosts are local: there compression
/// costs time and saves none. Without a common compressor the connection is uncompressed.
void offer_compression(mongoc_uri_t* uri);

}  // namespace sidekick::mongo
