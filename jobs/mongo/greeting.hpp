/// Asking one host alone who it is, without logging in.
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

/// Why a host that greeted so takes no writes: "its replica set is not initiated yet"; empty where it does.
/// `host_and_port` is what we call it by.
std::string why_not_primary(const Bson& greeting, const std::string& host_and_port);

}  // namespace sidekick::mongo
