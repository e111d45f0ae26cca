/// Opens a connection to a host in libmongoc's form.
#pragma once

#include <mongoc/mongoc.h>

#include <chrono>

#include "sidekick/dial.hpp"

namespace sidekick::mongo {

/// Tries each address of `host` (or its socket path) in turn, `timeout` for each. Never throws for a failure.
DialResult dial(const mongoc_host_list_t& host, std::chrono::milliseconds timeout, const CancelToken& cancel);

}  // namespace sidekick::mongo
