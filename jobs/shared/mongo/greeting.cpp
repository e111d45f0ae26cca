#include "mongo/greeting.hpp"

#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <string_view>
#include <vector>

#include "mongo/client.hpp"
#include "mongo/dial.hpp"
#include "sidekick/error.hpp"
#include "sidekick/handle.hpp"

namespace sidekick::mongo {

namespace {

enum class Tls { as_told, off };

/// A connection string of only one host, without a user: a greeting needs none.
Uri direct_uri(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout, Tls tls) {
  Uri direct(mongoc_uri_new_for_host_port(host.host, host.port));
  bson_iter_t it;
  bson_iter_init(&it, mongoc_uri_get_options(uri));
  while (tls == Tls::as_told && bson_iter_next(&it)) {
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

using DirectClient = Handle<mongoc_client_t, mongoc_client_destroy>;

Greeting ask(const Uri& direct) {
  const DirectClient client(mongoc_client_new_from_uri(direct.get()));
  if (!client) return {Bson(), "it does not answer commands"};
  bson_error_t error;
  bson_t raw;
  const auto greeting = Bson().append("isMaster", 1);
  const bool answered = mongoc_client_command_simple(client.get(), "admin", greeting.get(), nullptr, &raw, &error);
  Greeting out{Bson(&raw), answered ? "" : error.message};
  bson_destroy(&raw);
  return out;
}

/// As the user of `uri`, if it has one.
Bson run_at(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout,
            const std::string& db, const Bson& command, const std::string& what) {
  initialise_library();
  const auto direct = direct_uri(uri, host, timeout, Tls::as_told);
  if (const char* const user = mongoc_uri_get_username(uri)) mongoc_uri_set_username(direct.get(), user);
  if (const char* const password = mongoc_uri_get_password(uri)) mongoc_uri_set_password(direct.get(), password);
  if (const char* const mechanism = mongoc_uri_get_auth_mechanism(uri))
    mongoc_uri_set_auth_mechanism(direct.get(), mechanism);
  if (const char* const source = mongoc_uri_get_auth_source(uri)) mongoc_uri_set_auth_source(direct.get(), source);
  if (bson_t properties; mongoc_uri_get_mechanism_properties(uri, &properties))
    mongoc_uri_set_mechanism_properties(direct.get(), &properties);
  const DirectClient client(mongoc_client_new_from_uri(direct.get()));
  if (!client) throw Error(ErrorKind::unavailable, what);
  mongoc_client_set_error_api(client.get(), MONGOC_ERROR_API_VERSION_2);
  bson_error_t error;
  bson_t raw;
  const bool done = mongoc_client_command_simple(client.get(), db.c_str(), command.get(), nullptr, &raw, &error);
  Bson reply(&raw);
  bson_destroy(&raw);
  if (!done) throw mongo_error(error, reply.get(), what);
  return reply;
}

std::vector<std::string> members_of(const Bson& greeting) {
  std::vector<std::string> out;
  bson_iter_t field;
  bson_iter_t element;
  if (!bson_iter_init_find(&field, greeting.get(), "hosts") || !bson_iter_recurse(&field, &element)) return out;
  while (bson_iter_next(&element))
    if (BSON_ITER_HOLDS_UTF8(&element)) out.emplace_back(bson_iter_utf8(&element, nullptr));
  return out;
}

/// The first bytes of a TLS client.
std::string client_hello() {
  const Handle<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_client_method()));
  const Handle<SSL, SSL_free> tls(context ? SSL_new(context.get()) : nullptr);
  if (!tls) return {};
  SSL_set_bio(tls.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  (void)SSL_connect(tls.get());
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(SSL_get_wbio(tls.get()), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

/// True where the host answers a TLS greeting with a TLS record, even a rejection.
bool speaks_tls(const mongoc_host_list_t& host, std::chrono::milliseconds timeout, const CancelToken& cancel) {
  constexpr unsigned char alert = 0x15, handshake = 0x16;
  const auto dialled = dial(host, timeout, cancel);
  const auto hello = client_hello();
  if (!dialled.fd || hello.empty()) return false;
  // One small write on a new connection: the kernel takes it whole.
  if (::send(dialled.fd.get(), hello.data(), hello.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(hello.size()))
    return false;
  unsigned char first = 0;
  if (!wait_ready(dialled.fd.get(), POLLIN, std::chrono::steady_clock::now() + timeout, cancel)) return false;
  return ::recv(dialled.fd.get(), &first, 1, 0) == 1 && (first == alert || first == handshake);
}

}  // namespace

Greeting greet(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout,
               const CancelToken& cancel) {
  // The library reports that there is no server, rarely why.
  if (const auto dialled = dial(host, timeout, cancel); !dialled.fd) return {Bson(), dialled.failure, true};
  initialise_library();
  return ask(direct_uri(uri, host, timeout, Tls::as_told));
}

void log_in(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout) {
  run_at(uri, host, timeout, "admin", Bson().append("ping", 1),
         "cannot log in at '" + std::string(host.host_and_port) + "'");
}

std::vector<Bson> first_batch_at(const mongoc_uri_t* uri, const mongoc_host_list_t& host,
                                 std::chrono::milliseconds timeout, const std::string& db, const Bson& command,
                                 const std::string& what) {
  const auto reply = run_at(uri, host, timeout, db, command, what);
  return documents_of(document_of(reply.get(), "cursor").get(), "firstBatch");
}

void check_tls_agrees(const mongoc_uri_t* uri, const mongoc_host_list_t& host, std::chrono::milliseconds timeout,
                      const std::string& what, const CancelToken& cancel) {
  initialise_library();
  // Connect first: the library cannot be interrupted while it waits.
  if (const auto dialled = dial(host, timeout, cancel); !dialled.fd) return;
  const bool tls_answers = speaks_tls(host, timeout, cancel);
  const bool plain_answers = ask(direct_uri(uri, host, timeout, Tls::off)).failure.empty();
  if (tls_answers == plain_answers || tls_answers == mongoc_uri_get_tls(uri)) return;
  if (tls_answers)
    throw Error(ErrorKind::config, what + ": the server accepts only TLS connections",
                "connect with TLS: --ssl, or tls=true in the connection string");
  throw Error(ErrorKind::config, what + ": the server accepts only plain connections, and TLS is requested",
              "omit --ssl and every tls option of the connection string, or set the server up for TLS");
}

std::string why_not_primary(const Bson& greeting, const std::string& host_and_port) {
  if (truth_of(greeting.get(), "ismaster") || truth_of(greeting.get(), "isWritablePrimary")) return {};
  if (truth_of(greeting.get(), "isreplicaset")) return "its replica set is not initiated";
  if (text_of(greeting.get(), "setName").empty()) return "it is not a member of a replica set";
  const auto primary = text_of(greeting.get(), "primary");
  if (primary.empty()) return "its replica set '" + text_of(greeting.get(), "setName") + "' has no primary";
  return primary == host_and_port ? "it is about to become the primary" : "the primary is " + primary;
}

std::string unknown_member(const Bson& greeting, const CancelToken& cancel) {
  constexpr auto patience = std::chrono::milliseconds(500);
  constexpr std::string_view no_name = "no such name";
  auto members = members_of(greeting);
  if (auto primary = text_of(greeting.get(), "primary"); !primary.empty()) members = {std::move(primary)};
  for (const auto& member : members) {
    const Uri uri(mongoc_uri_new_with_error(("mongodb://" + member + "/").c_str(), nullptr));
    if (!uri || mongoc_uri_get_hosts(uri.get()) == nullptr) continue;
    if (dial(*mongoc_uri_get_hosts(uri.get()), patience, cancel).failure.starts_with(no_name)) return member;
  }
  return {};
}

}  // namespace sidekick::mongo
