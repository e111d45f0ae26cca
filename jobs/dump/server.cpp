#include "dump/server.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "mongo/lax_json.hpp"
#include "mongo/wait_for_greeting.hpp"
#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::dump {

using mongo::Bson;

namespace {

constexpr std::uint32_t snapshot_too_old = 239;
constexpr std::string_view history_gone =
    "the server's history is too short: raise its parameter minSnapshotHistoryWindowInSeconds";
// Codes for a lost cursor: not found, its plan or itself killed, overtaken in a capped collection, interrupted.
constexpr std::array<std::uint32_t, 7> lost_cursor_codes{43, 136, 175, 237, 246, 11601, 50};

std::string election_of(const Bson& hello) {
  const auto id = mongo::find(hello.get(), "electionId");
  return id ? Bson().append_value("electionId", *id).to_json() : std::string();
}

bool is_primary(const Bson& hello) {
  return mongo::truth_of(hello.get(), "ismaster") || mongo::truth_of(hello.get(), "isWritablePrimary");
}

mongoc_read_mode_t mode_of(const std::string& name) {
  constexpr std::array<std::pair<std::string_view, mongoc_read_mode_t>, 5> modes{
      {{"primary", MONGOC_READ_PRIMARY},
       {"primaryPreferred", MONGOC_READ_PRIMARY_PREFERRED},
       {"secondary", MONGOC_READ_SECONDARY},
       {"secondaryPreferred", MONGOC_READ_SECONDARY_PREFERRED},
       {"nearest", MONGOC_READ_NEAREST}}};
  for (const auto& [known, mode] : modes)
    if (known == name) return mode;
  throw Error(ErrorKind::usage, "--readPreference '" + name + "': unknown mode",
              "use primary, primaryPreferred, secondary, secondaryPreferred or nearest");
}

Bson options_for(const Server& server) {
  return std::move(Bson().append("serverId", static_cast<std::int32_t>(server.id)));
}

Bson greeting(const mongo::Client& client, const Server& server, const std::string& what) {
  return run_on(client, server, "admin", Bson().append("isMaster", 1), what);
}

std::uint32_t select(const mongo::Client& client, const Preference& preference, const std::string& what,
                     std::string& name) {
  bson_error_t error;
  const Handle<mongoc_server_description_t, mongoc_server_description_destroy> selected(
      mongoc_client_select_server(client.get(), false, preference.get(), &error));
  if (!selected) throw mongo::mongo_error(error, nullptr, what);
  name = mongoc_server_description_host(selected.get())->host_and_port;
  return mongoc_server_description_id(selected.get());
}

}  // namespace

Preference parse_read_preference(const std::string& text, const mongoc_uri_t* uri) {
  if (text.empty()) return Preference(mongoc_read_prefs_copy(mongoc_uri_get_read_prefs_t(uri)));
  Bson document;
  if (text.starts_with('{')) {
    try {
      document = Bson::from_json(mongo::strict_json(text), "--readPreference");
    } catch (const Error& error) {
      throw Error(ErrorKind::usage, error.message(), R"(write it as {mode: "secondary", tagSets: [{dc: "east"}]})");
    }
  } else {
    document.append("mode", text);
  }
  Preference out(mongoc_read_prefs_new(mode_of(mongo::text_of(document.get(), "mode"))));
  for (const char* key : {"tagSets", "tags"})
    for (const auto& tags : mongo::documents_of(document.get(), key)) mongoc_read_prefs_add_tag(out.get(), tags.get());
  if (const auto tags = mongo::document_of(document.get(), "tags"); !tags.empty())
    mongoc_read_prefs_add_tag(out.get(), tags.get());
  if (document.has("maxStalenessSeconds"))
    mongoc_read_prefs_set_max_staleness_seconds(out.get(), mongo::number_of(document.get(), "maxStalenessSeconds"));
  if (!mongoc_read_prefs_is_valid(out.get()))
    throw Error(ErrorKind::usage, "--readPreference '" + text + "': mode and tags contradict each other",
                "the mode primary does not allow tags");
  return out;
}

bool is_history_gone(const Error& error) noexcept {
  return error.kind() == ErrorKind::data && error.hint() == history_gone;
}

Error read_error(const bson_error_t& error, const bson_t* reply, const std::string& what) {
  auto plain = mongo::mongo_error(error, reply, what);
  if (error.domain != MONGOC_ERROR_SERVER) return plain;
  if (error.code == snapshot_too_old) return {ErrorKind::data, plain.message(), std::string(history_gone)};
  if (std::ranges::find(lost_cursor_codes, error.code) != lost_cursor_codes.end())
    return {ErrorKind::unavailable, plain.message()};
  return plain;
}

namespace {

struct Reply {
  Bson document;
  bool failed = false;
  bson_error_t error{};
};

Reply ask(const mongo::Client& client, const Server& server, const std::string& db, const Bson& command) {
  bson_error_t error{};
  bson_t raw;
  const auto options = options_for(server);
  const bool done = mongoc_client_read_command_with_opts(client.get(), db.c_str(), command.get(),
                                                         server.preference.get(), options.get(), &raw, &error);
  Reply out{Bson(&raw), !done, error};
  bson_destroy(&raw);
  return out;
}

}  // namespace

Bson run_on(const mongo::Client& client, const Server& server, const std::string& db, const Bson& command,
            const std::string& what) {
  auto reply = ask(client, server, db, command);
  if (reply.failed) throw read_error(reply.error, reply.document.get(), what);
  return std::move(reply.document);
}

std::optional<std::vector<Bson>> try_cursor_on(const mongo::Client& client, const Server& server, const std::string& db,
                                               const Bson& command, const std::string& what) {
  const auto reply = ask(client, server, db, command);
  if (reply.failed && reply.error.domain == MONGOC_ERROR_SERVER && reply.error.code == mongo::namespace_not_found)
    return std::nullopt;
  if (reply.failed) throw read_error(reply.error, reply.document.get(), what);
  const auto options = options_for(server);
  bson_t taken_over;
  bson_copy_to(reply.document.get(), &taken_over);
  const Handle<mongoc_cursor_t, mongoc_cursor_destroy> cursor(
      mongoc_cursor_new_from_command_reply_with_opts(client.get(), &taken_over, options.get()));
  std::vector<Bson> out;
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor.get(), &document)) out.emplace_back(document);
  bson_error_t error;
  if (mongoc_cursor_error(cursor.get(), &error)) throw read_error(error, nullptr, what);
  return out;
}

std::vector<Bson> run_cursor_on(const mongo::Client& client, const Server& server, const std::string& db,
                                const Bson& command, const std::string& what) {
  return try_cursor_on(client, server, db, command, what).value_or(std::vector<Bson>());
}

Server find_server(mongo::Pool& pool, Preference preference, JobContext& context) {
  const auto client = pool.client();
  const auto what = "cannot reach '" + pool.hosts() + "'";
  Server server;
  server.preference = std::move(preference);
  const auto ask = [&] {
    server.id = select(client, server.preference, what, server.name);
    return greeting(client, server, what);
  };
  const auto hello = mongo::wait_for_greeting(pool, what, ask, context);
  server.replica_set = hello.has("setName");
  server.sharded = mongo::text_of(hello.get(), "msg") == "isdbgrid";
  server.primary = is_primary(hello);
  server.process = mongo::process_of(hello);
  server.election = election_of(hello);
  const auto build = run_on(client, server, "admin", Bson().append("buildInfo", 1), what);
  server.version = mongo::text_of(build.get(), "version");
  std::sscanf(server.version.c_str(), "%d.%d", &server.major, &server.minor);
  return server;
}

void check_same_server(const mongo::Client& client, const Server& server) {
  const auto hello = greeting(client, server, "cannot reach '" + server.name + "'");
  if (mongo::process_of(hello) != server.process)
    throw Error(ErrorKind::unavailable, "server '" + server.name + "' was restarted during the dump");
  if (server.primary && (!is_primary(hello) || election_of(hello) != server.election))
    throw Error(ErrorKind::unavailable, "server '" + server.name + "' stepped down during the dump");
}

}  // namespace sidekick::dump
