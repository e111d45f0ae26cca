/// What is said to servers of several kinds to find out whether they serve, and what their first answer means. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sidekick/url.hpp"

namespace sidekick::wait {

/// What an answer says, as far as it has come.
struct Verdict {
  bool known = false;                  ///< false: more of it is needed
  std::optional<std::string> why_not;  ///< nothing: it serves
};

/// For servers that speak first.
std::string no_question(const Url& url);

/// A start-up message of protocol 3.0 (PostgreSQL manual, "Message Formats") with the user and the database of the URL:
/// any request for authentication, and any error but 57P03 (starting up, shutting down, recovering), comes from a
/// server that serves.
std::string postgres_question(const Url& url);
Verdict judge_postgres(std::string_view answer);

/// The server's handshake (MySQL internals, "Protocol::Handshake"); an error packet (0xff) says why it refuses us.
Verdict judge_mysql(std::string_view answer);

/// PING (Redis protocol): +PONG, and a demand for a login, come from a server that serves; -LOADING does not.
std::string redis_question(const Url& url);
Verdict judge_redis(std::string_view answer);

/// The protocol header of AMQP 0-9-1 (section 4.2.2): the answer is the method Connection.Start.
std::string amqp_question(const Url& url);
Verdict judge_amqp(std::string_view answer);

}  // namespace sidekick::wait
