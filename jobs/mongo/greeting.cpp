#include "mongo/greeting.hpp"

#include <string_view>

#include "mongo/client.hpp"
#include "mongo/dial.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::mongo {

namespace {

/// A connection string of one host alone, with the same TLS and no user: who asks for greetings needs none.
Uri direct_uri(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout) {
  Uri direct(mongoc_uri_new_for_host_port(host.host, host.port));
  bson_iter_t it;
  bson_iter_init(&it, mongoc_uri_get_options(uri));
  while (bson_iter_next(&it)) {
    const char* key = bson_iter_key(&it);
    if (!std::string_view(key).starts_with("tls") && !std::string_view(key).starts_with("ssl")) continue;
    if (BSON_ITER_HOLDS_UTF8(&it))
      mongoc_uri_set_option_as_utf8(direct.get(), key, bson_iter_utf8(&it, nullptr));
    else
      mongoc_uri_set_option_as_bool(direct.get(), key, bson_iter_as_bool(&it));
  }
  const auto limit_ms = static_cast<std::int32_t>(timeout.count());
  mongoc_uri_set_option_as_bool(direct.get(), MONGOC_URI_DIRECTCONNECTION, true);
  mongoc_uri_set_option_as_int32(direct.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, limit_ms);
  mongoc_uri_set_option_as_int32(direct.get(), MONGOC_URI_CONNECTTIMEOUTMS, limit_ms);
  mongoc_uri_set_option_as_int32(direct.get(), MONGOC_URI_SOCKETTIMEOUTMS, limit_ms);
  return direct;
}

}  // namespace

Greeting greet(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout,
               const CancelToken& cancel) {
  // The library tells that there is no server, rarely why.
  if (const auto dialled = dial(host, timeout, cancel); !dialled.fd) return {Bson(), dialled.failure};
  initialise_library();
  const Handle<mongoc_client_t, mongoc_client_destroy> client(
      mongoc_client_new_from_uri(direct_uri(uri, host, timeout).get()));
  if (!client) return {Bson(), "it cannot be asked"};
  bson_error_t error;
  bson_t raw;
  const auto greeting = Bson().append("isMaster", 1);
  const bool answered = mongoc_client_command_simple(client.get(), "admin", greeting.get(), nullptr, &raw, &error);
  Greeting out{Bson(&raw), answered ? "" : error.message};
  bson_destroy(&raw);
  return out;
}

std::string why_not_primary(const Bson& greeting, const std::string& host_and_port) {
  if (truth_of(greeting.get(), "ismaster") || truth_of(greeting.get(), "isWritablePrimary")) return {};
  if (truth_of(greeting.get(), "isreplicaset")) return "its replica set is not initiated yet";
  if (text_of(greeting.get(), "setName").empty()) return "it is no member of a replica set";
  const auto primary = text_of(greeting.get(), "primary");
  if (primary.empty()) return "its replica set '" + text_of(greeting.get(), "setName") + "' has no primary";
  return primary == host_and_port ? "it is about to be the primary" : "the primary is " + primary;
}

}  // namespace sidekick::mongo
