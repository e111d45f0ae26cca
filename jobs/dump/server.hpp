/// The server that a dump reads from, the same from start to end.
#pragma once

#include <mongoc/mongoc.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mongo/client.hpp"
#include "sidekick/handle.hpp"
#include "sidekick/job.hpp"

namespace sidekick::dump {

using Preference = Handle<mongoc_read_prefs_t, mongoc_read_prefs_destroy>;

/// A read preference in the syntax of --readPreference: a mode ("nearest") or a document {"mode": "secondary",
/// "tagSets": [{"dc": "east"}], "maxStalenessSeconds": 120}. Empty: that of the URI. Throws Error of kind usage.
Preference parse_read_preference(const std::string& text, const mongoc_uri_t* uri);

struct Server {
  std::uint32_t id = 0;  ///< the driver's number for it
  Preference preference;
  std::string name;  ///< "mongo:27017"
  std::string version;
  int major = 0;
  int minor = 0;
  bool replica_set = false;
  bool sharded = false;
  bool primary = false;
  std::string process;   ///< changes when it is restarted; empty before 4.4
  std::string election;  ///< changes with each election won by a primary
  bool at_least(int wanted_major, int wanted_minor) const noexcept {
    return major > wanted_major || (major == wanted_major && minor >= wanted_minor);
  }
};

/// Runs a command on exactly that server. Throws Error as mongo::mongo_error(), and unavailable where a cursor, a
/// snapshot or a server's role was lost; data for a snapshot whose history is gone.
mongo::Bson run_on(const mongo::Client& client, const Server& server, const std::string& db, const mongo::Bson& command,
                   const std::string& what);

/// All documents of a command that opens a cursor, read from that server.
std::vector<mongo::Bson> run_cursor_on(const mongo::Client& client, const Server& server, const std::string& db,
                                       const mongo::Bson& command, const std::string& what);

/// The same; nothing where the collection does not exist.
std::optional<std::vector<mongo::Bson>> try_cursor_on(const mongo::Client& client, const Server& server,
                                                      const std::string& db, const mongo::Bson& command,
                                                      const std::string& what);

/// Waits for a server that the preference allows, for the pool's selection_time(). Throws Error: unavailable with the
/// reason, denied.
Server find_server(mongo::Pool& pool, Preference preference, JobContext& context);

/// Throws Error of kind unavailable where the server was restarted, or is no longer primary.
void check_same_server(const mongo::Client& client, const Server& server);

/// The error for a failed read; as run_on().
Error read_error(const bson_error_t& error, const bson_t* reply, const std::string& what);

/// True for the error of a snapshot that outlived its server's history.
bool is_history_gone(const Error& error) noexcept;

}  // namespace sidekick::dump
