#include "mongo/wait_for_greeting.hpp"

#include <chrono>

#include "mongo/greeting.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

constexpr auto patience = std::chrono::milliseconds(2'000);

struct Reason {
  std::string text;  ///< empty where it cannot be told
  std::string hint;
};

/// Why one host is not a primary, found out by greeting it.
Reason reason_of(const mongoc_uri_t* uri, const mongoc_host_list_t& host, const CancelToken& cancel) {
  const auto greeting = greet(uri, host, patience, cancel);
  if (!greeting.failure.empty()) return {greeting.failure, {}};
  const auto member = unknown_member(greeting.reply, cancel);
  if (member.empty()) return {why_not_primary(greeting.reply, host.host_and_port), {}};
  return {"its replica set '" + text_of(greeting.reply.get(), "setName") + "' names the member '" + member +
              "', which this machine cannot resolve",
          "directConnection=true in the connection string uses only the given host"};
}

/// The library reports that there is no server, rarely why.
Reason diagnose(const mongoc_uri_t* uri, const CancelToken& cancel) {
  Reason out;
  const auto* first = mongoc_uri_get_hosts(uri);
  for (const auto* host = first; host != nullptr; host = host->next) {
    auto reason = reason_of(uri, *host, cancel);
    if (reason.text.empty()) continue;
    if (!out.text.empty()) out.text += "; ";
    out.text += first->next == nullptr ? reason.text : std::string(host->host_and_port) + ": " + reason.text;
    if (out.hint.empty()) out.hint = std::move(reason.hint);
  }
  return out;
}

/// A disagreement about TLS does not change by waiting.
void check_tls(const mongoc_uri_t* uri, const std::string& what, const CancelToken& cancel) {
  for (const auto* host = mongoc_uri_get_hosts(uri); host != nullptr; host = host->next)
    check_tls_agrees(uri, *host, patience, what, cancel);
}

}  // namespace

Bson wait_for_greeting(const Pool& pool, const std::string& what, const std::function<Bson()>& ask,
                       JobContext& context) {
  constexpr auto pause = std::chrono::milliseconds(100);
  const auto until = context.clock.now() + pool.selection_time();
  for (;;) {
    try {
      return ask();
    } catch (const Error& error) {
      context.cancel.throw_if_cancelled();
      // A failed handshake is reported as a rejection.
      const bool is_over = error.kind() != ErrorKind::unavailable || context.clock.now() >= until;
      if (is_over && (error.kind() == ErrorKind::unavailable || error.kind() == ErrorKind::denied))
        check_tls(pool.uri(), what, context.cancel);
      if (error.kind() != ErrorKind::unavailable) throw;
      if (is_over) {
        auto reason = diagnose(pool.uri(), context.cancel);
        if (reason.text.empty()) throw;
        auto message = what;
        throw Error(ErrorKind::unavailable, message.append(": ").append(reason.text), std::move(reason.hint));
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
