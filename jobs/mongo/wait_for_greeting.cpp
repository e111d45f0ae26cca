#include "mongo/wait_for_greeting.hpp"

#include <chrono>

#include "mongo/greeting.hpp"
#include "sidekick/error.hpp"

namespace sidekick::mongo {

namespace {

/// Why one host is no primary, found out by asking it; empty where that cannot be told.
std::string reason_of(const mongoc_uri_t* uri, const mongoc_host_list_t& host, const CancelToken& cancel) {
  constexpr auto patience = std::chrono::milliseconds(2'000);
  const auto greeting = greet(uri, host, patience, cancel);
  return greeting.failure.empty() ? why_not_primary(greeting.reply, host.host_and_port) : greeting.failure;
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

Bson wait_for_greeting(const Pool& pool, const std::string& what, const std::function<Bson()>& ask,
                       JobContext& context) {
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
