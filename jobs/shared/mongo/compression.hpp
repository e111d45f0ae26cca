/// Compression of what goes over the wire.
#pragma once

#include <mongoc/mongoc.h>

namespace sidekick::mongo {

/// True where all hosts of `uri` are this machine by their names: "localhost", 127.0.0.0/8, ::1, the path of a socket.
bool is_local(const mongoc_uri_t* uri);

/// Offers the server what the library has of zstd and snappy, unless all hosts are local: there compression costs time
/// and saves none. A server that has neither is spoken to plainly.
void offer_compression(mongoc_uri_t* uri);

}  // namespace sidekick::mongo
