#include "mongo/greet.hpp"

#include <chrono>

#include "mongo/dial.hpp"
#include "mongo/uri.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

constexpr int diagnosis_ms = 2'000;

/// A connection string of one host alone, with the same TLS and no user: who asks for greetings needs none.
Uri direct_uri(const mongoc_uri_t* uri, const mongoc_host_list_t& host) {
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
  mongoc_uri_set_option_as_bool(direct.get(), MONGOC_URI_DIRECTCONNECTION, true);
  mongoc_uri_set_option_as_int32(direct.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, diagnosis_ms);
  return direct;
}

/// Why one host is no primary, found out by asking it; empty where it would take writes.
std::string reason_of(const mongoc_uri_t* uri, const mongoc_host_list_t& host, const CancelToken& cancel) {
  if (const auto dialled = dial(host, std::chrono::milliseconds(diagnosis_ms), cancel); !dialled.fd)
    return dialled.failure;
  const std::unique_ptr<mongoc_client_t, void (*)(mongoc_client_t*)> client(
      mongoc_client_new_from_uri(direct_uri(uri, host).get()), &mongoc_client_destroy);
  if (!client) return {};
  bson_error_t error;
  bson_t raw;
  const auto greeting = Bson().append("isMaster", 1);
  const bool answered = mongoc_client_command_simple(client.get(), "admin", greeting.get(), nullptr, &raw, &error);
  const Bson reply(&raw);
  bson_destroy(&raw);
  if (!answered) return {};
  if (truth_of(reply.get(), "isreplicaset")) return "its replica set is not initiated yet";
  if (text_of(reply.get(), "setName").empty()) return "it is no member of a replica set";
  const auto primary = text_of(reply.get(), "primary");
  if (primary.empty()) return "its replica set '" + text_of(reply.get(), "setName") + "' has no primary";
  return primary == host.host_and_port ? "" : "the primary is " + primary;
}

/// The library tells that there is no server, rarely why.
std::string diagnose(const mongoc_uri_t* uri, const CancelToken& cancel) {
  std::string out;
  const auto* first = mongoc_uri_get_hosts(uri);
  for (const auto* host = first; host != nullptr; host = host->next) {
    const auto reason = reason_of(uri, *host, cancel);
    if (reason.empty()) continue;
    if (!out.empty()) out += "; ";
    out += first->next == nullptr ? reason : std::string(host->host_and_port) + ": " + reason;
  }
  return out;
}

}  // namespace

Bson greet(const Pool& pool, const std::string& what, const std::function<Bson()>& ask, JobContext& context) {
  constexpr auto pause = std::chrono::milliseconds(100);
  const auto until = context.clock.now() + pool.selection_time();
  for (;;) {
    try {
      return ask();
    } catch (const Error& error) {
      context.cancel.throw_if_cancelled();
      if (error.kind() != ErrorKind::unavailable) throw;
      if (context.clock.now() >= until) {
        const auto reason = diagnose(pool.uri(), context.cancel);
        if (reason.empty()) throw;
        auto message = what;
        throw Error(ErrorKind::unavailable, message.append(": ").append(reason));
      }
    }
    context.clock.wait_for(pause, context.cancel);
  }
}

std::string process_of(const Bson& hello) {
  const auto topology = document_of(hello.get(), "topologyVersion");
  const auto id = find(topology.get(), "processId");
  return id ? Bson().append_value("processId", *id).to_json() : std::string();
}

}  // namespace sidekick::mongo
