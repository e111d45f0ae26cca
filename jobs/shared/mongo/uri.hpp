/// Builds one connection string from the connection flags.
#pragma once

#include <mongoc/mongoc.h>

#include "mongo/bson.hpp"
#include "mongo/connection.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::mongo {

using Uri = Handle<mongoc_uri_t, mongoc_uri_destroy>;

/// The URI of `connection`, merged with the single flags; mongodb://localhost:27017/ without any. Throws Error: usage
/// for an invalid connection string (its text is never printed: it may hold a password), config for two values that
/// contradict each other.
Uri connection_uri(const Connection& connection);

/// Hosts and ports of `uri` for messages: "a:27017,b:27018", or the name of a mongodb+srv:// record.
std::string describe_hosts(const mongoc_uri_t* uri);

/// The write concern to send: that of --writeConcern, else that of the URI, else {w: "majority"}. Throws Error of kind
/// usage for an invalid one.
Bson write_concern(const Connection& connection, const mongoc_uri_t* uri);

}  // namespace sidekick::mongo
