/// A MongoDB client: a pool of connections, commands, and the errors for their failures.
#pragma once

#include <mongoc/mongoc.h>

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "mongo/bson.hpp"
#include "mongo/connection.hpp"
#include "mongo/namespace.hpp"
#include "mongo/stream.hpp"
#include "mongo/uri.hpp"
#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::mongo {

/// Initialises the process-wide state of the library, once. Pool does this by itself.
void initialise_library();

class Pool;

/// One client of a pool, returned at the end. For one thread at a time.
class Client final {
 public:
  mongoc_client_t* get() const noexcept { return client_.get(); }

  /// Runs `command` on `db` at the primary and returns the reply. A write concern error counts as a failure; a server
  /// error whose code is among `accepted` does not. Throws Error as mongo_error(), prefixed by `what` ("cannot create
  /// 'shop.fruits'").
  Bson run(const std::string& db, const Bson& command, const std::string& what,
           std::initializer_list<std::uint32_t> accepted = {}) const;

  /// All documents of a command that opens a cursor (find, listCollections, listIndexes, aggregate).
  std::vector<Bson> run_cursor(const std::string& db, const Bson& command, const std::string& what) const;

 private:
  friend class Pool;
  struct ReturnToPool {
    mongoc_client_pool_t* pool = nullptr;
    void operator()(mongoc_client_t* client) const noexcept { mongoc_client_pool_push(pool, client); }
  };
  explicit Client(std::unique_ptr<mongoc_client_t, ReturnToPool> client) : client_(std::move(client)) {}
  std::unique_ptr<mongoc_client_t, ReturnToPool> client_;
};

/// Connections to one deployment. Construction does not connect. Safe from any thread; must outlive its clients.
class Pool final {
 public:
  Pool(const Connection& connection, CancelToken cancel);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  Client client();

  /// For messages: "mongo:27017".
  const std::string& hosts() const noexcept { return hosts_; }
  const mongoc_uri_t* uri() const noexcept { return uri_.get(); }

  /// How long to search for a server. A single call gives up after a second: the library cannot be interrupted while it
  /// searches.
  std::chrono::milliseconds selection_time() const noexcept { return selection_time_; }

 private:
  static void on_server_changed(const mongoc_apm_server_changed_t* event);

  const std::string tls_crl_file_;
  Uri uri_;
  std::chrono::milliseconds selection_time_;
  std::string hosts_;
  std::optional<mongoc_ssl_opt_t> tls_;
  Connector connector_;
  mongoc_client_pool_t* pool_;
};

/// Destroys a pool in a separate thread: the driver takes up to half a second to stop its monitors, and up to its
/// connect timeout where a server does not answer, and nothing should wait for that. The program must then end with
/// leave().
struct DestroyInBackground {
  void operator()(Pool* pool) const noexcept;
};

using Collection = Handle<mongoc_collection_t, mongoc_collection_destroy>;

/// The library's handle of a collection; must not outlive `client`.
Collection collection_of(const Client& client, const Namespace& ns);

/// The error for a failure of the library or a reply of the server. Unavailable: no server, no primary, a broken
/// connection, a server that is shutting down. Denied: a rejected user, a missing permission, a wrong certificate. Io:
/// a full disk. Config: a write concern that cannot be met. Data: every other rejection.
Error mongo_error(const bson_error_t& error, const bson_t* reply, const std::string& what);

/// Codes of server errors that some callers expect.
inline constexpr std::uint32_t unauthorized = 13;
inline constexpr std::uint32_t namespace_not_found = 26;
inline constexpr std::uint32_t index_not_found = 27;
inline constexpr std::uint32_t namespace_exists = 48;

/// The kind of a numeric server error code, as above.
ErrorKind kind_of_server_code(std::int64_t code) noexcept;

}  // namespace sidekick::mongo
