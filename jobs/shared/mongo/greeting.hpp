/// Greets a single host and finds out its role.
#pragma once

#include <mongoc/mongoc.h>

#include <chrono>
#include <string>
#include <vector>

#include "mongo/bson.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::mongo {

/// The reply to `isMaster`, or why there is none.
struct Greeting {
  Bson reply;
  std::string failure;          ///< empty where there is a reply
  bool is_unreachable = false;  ///< no connection could be made
};

/// Greets `host`, with the TLS options of `uri` and no user. `timeout` for the connection, and again for the answer.
/// Never throws for a failure. Thread safe; stops on cancellation while it connects.
Greeting greet(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout,
               const CancelToken& cancel);

/// Logs in at `host` alone as the user of `uri`, which must have one. Throws Error of kind denied where the login is
/// rejected, and as mongo_error() for other failures. `timeout` as for greet().
void log_in(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout);

/// Runs `command`, which answers with a cursor, at `host` alone as the user of `uri`, if it has one, and returns the
/// first batch. Throws Error as log_in(), prefixed by `what`.
std::vector<Bson> first_batch_at(const mongoc_uri_t* uri, const mongoc_host_list_t& host,
                                 std::chrono::milliseconds timeout, const std::string& db, const Bson& command,
                                 const std::string& what);

/// Throws Error of kind config where `host` uses TLS and `uri` does not, or the other way round; the message has `what`
/// ("cannot reach 'h:1'") and which of the two. Returns in all other cases, and where it is unknown.
void check_tls_agrees(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout,
                      const std::string& what, const CancelToken& cancel);

/// Why a host with this greeting takes no writes: "its replica set is not initiated"; empty where it does.
/// `host_and_port` is our name for it.
std::string why_not_primary(const Bson& greeting, const std::string& host_and_port);

/// The first member that `greeting` names and that this machine cannot resolve, such as "mongo1:27017"; empty where
/// there is none. Where a primary is named, only that is resolved.
std::string unknown_member(const Bson& greeting, const CancelToken& cancel);

}  // namespace sidekick::mongo
