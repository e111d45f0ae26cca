/// Asking one host alone who it is.
#pragma once

#include <mongoc/mongoc.h>

#include <chrono>
#include <string>

#include "mongo/bson.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::mongo {

/// The reply to `isMaster`, or why there is none.
struct Greeting {
  Bson reply;
  std::string failure;  ///< empty where there is a reply
};

/// Asks `host`, with the TLS options of `uri` and no user. `timeout` for the connection, and again for the answer.
/// Never throws for a failure. Thread safe; cancellation is noticed while it connects.
Greeting greet(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout,
               const CancelToken& cancel);

/// Logs in at `host` alone as the user of `uri`, who must be there. Throws Error of kind denied where the login is
/// refused, and as mongo_error() for other failures. `timeout` as for greet().
void log_in(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout);

/// Throws Error of kind config where `host` speaks with TLS and `uri` without it, or the other way round: `what`
/// ("cannot reach 'h:1'") and which of the two. Returns where that is not what is wrong, or cannot be told.
void check_tls_agrees(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout,
                      const std::string& what, const CancelToken& cancel);

/// Why a host that greeted so takes no writes: "its replica set is not initiated yet"; empty where it does.
/// `host_and_port` is what we call it by.
std::string why_not_primary(const Bson& greeting, const std::string& host_and_port);

/// The first member that `greeting` names and that has no address here, such as "mongo1:27017"; empty where there is
/// none. The primary alone is looked up where one is named.
std::string unknown_member(const Bson& greeting, const CancelToken& cancel);

}  // namespace sidekick::mongo
