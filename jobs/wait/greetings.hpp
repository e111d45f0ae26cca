/// Requests that find out whether servers of several kinds serve, and the meaning of their first answer. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sidekick/url.hpp"

namespace sidekick::wait {

/// The meaning of an answer, as far as it has arrived.
struct Verdict {
  bool known = false;                  ///< false: more of it is needed
  std::optional<std::string> why_not;  ///< nothing: it serves
};

/// For servers that speak first.
std::string no_question(const Url& url);

/// A start-up message of protocol 3.0 (PostgreSQL manual, "Message Formats") with the user and the database of the URL.
/// A server serves if it answers with any request for authentication, or with any error but 57P03 (starting up,
/// shutting down, recovering).
std::string postgres_question(const Url& url);
Verdict judge_postgres(std::string_view answer);

/// The server's handshake (MySQL internals, "Protocol::Handshake"); an error packet (0xff) has the reason of a
/// rejection.
Verdict judge_mysql(std::string_view answer);

/// PING (Redis protocol): a server serves if it answers +PONG or requires a login; -LOADING means that it does not.
std::string redis_question(const Url& url);
Verdict judge_redis(std::string_view answer);

/// The protocol header of AMQP 0-9-1 (section 4.2.2); the answer is the method Connection.Start.
std::string amqp_question(const Url& url);
Verdict judge_amqp(std::string_view answer);

}  // namespace sidekick::wait
