/// Connections to a server that can be cut from outside, unlike libmongoc's own.
#pragma once

#include <mongoc/mongoc.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "sidekick/cancel.hpp"

namespace sidekick::mongo {

/// Opens the connections of a pool's clients. Each stops at once on cancellation, and cut() ends those to a server that
/// is known to be lost, so that no call waits for an answer that cannot come. All members are safe from any thread.
class Connector final {
 public:
  /// `tls` absent: plain connections.
  Connector(CancelToken cancel, std::optional<mongoc_ssl_opt_t> tls);

  /// Makes `client` connect through this object, which must outlive it. Call it before the first command of the client.
  void attach(mongoc_client_t* client);

  /// Ends every connection to `host_and_port`; waiting calls fail as if the server had closed it.
  void cut(const std::string& host_and_port);

 private:
  friend struct CuttableStream;
  static mongoc_stream_t* open(const mongoc_uri_t* uri, const mongoc_host_list_t* host, void* self,
                               bson_error_t* error);
  void add(const std::string& host_and_port, int fd);
  void remove(const std::string& host_and_port, int fd);

  CancelToken cancel_;
  std::optional<mongoc_ssl_opt_t> tls_;
  std::mutex mutex_;
  std::map<std::string, std::set<int>> open_;
};

}  // namespace sidekick::mongo
