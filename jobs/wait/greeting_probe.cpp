#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "sidekick/dial.hpp"
#include "sidekick/error.hpp"
#include "wait/greetings.hpp"
#include "wait/probe.hpp"

namespace sidekick::wait {

namespace {

using Deadline = std::chrono::steady_clock::time_point;

struct Server {
  std::string_view scheme;
  std::uint16_t port;
  std::string (*question)(const Url& url);
  Verdict (*judge)(std::string_view answer);
};

constexpr std::array<Server, 6> servers{{{"postgres", 5432, postgres_question, judge_postgres},
                                         {"postgresql", 5432, postgres_question, judge_postgres},
                                         {"mysql", 3306, no_question, judge_mysql},
                                         {"mariadb", 3306, no_question, judge_mysql},
                                         {"redis", 6379, redis_question, judge_redis},
                                         {"amqp", 5672, amqp_question, judge_amqp}}};

bool send_all(int fd, std::string_view bytes, Deadline deadline, const CancelToken& cancel) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0)
      bytes.remove_prefix(static_cast<std::size_t>(n));
    else if (n < 0 && errno != EINTR && (errno != EAGAIN || !wait_ready(fd, POLLOUT, deadline, cancel)))
      return false;
  }
  return true;
}

class GreetingProbe final : public Probe {
 public:
  GreetingProbe(const Url& url, const Server& server, const Settings& settings)
      : host_(url.host),
        port_(url.port != 0 ? url.port : server.port),
        question_(server.question(url)),
        judge_(server.judge),
        timeout_(settings.look_timeout) {}

  std::optional<std::string> look(const CancelToken& cancel) override {
    const auto deadline = std::chrono::steady_clock::now() + timeout_;
    auto dialled = dial(host_, port_, timeout_, cancel);
    if (!dialled.fd) return std::move(dialled.failure);
    if (!send_all(dialled.fd.get(), question_, deadline, cancel)) return "it closes the connection";
    return listen(dialled.fd.get(), deadline, cancel);
  }

 private:
  std::optional<std::string> listen(int fd, Deadline deadline, const CancelToken& cancel) const {
    std::string answer;
    std::array<char, 1024> buffer{};
    for (;;) {
      auto verdict = judge_(answer);
      if (verdict.known) return std::move(verdict.why_not);
      if (!wait_ready(fd, POLLIN, deadline, cancel)) return "it accepts the connection and does not answer";
      const auto n = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n <= 0) return "it closes the connection without an answer";
      answer.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }

  std::string host_;
  std::uint16_t port_;
  std::string question_;
  Verdict (*judge_)(std::string_view answer);
  std::chrono::milliseconds timeout_;
};

}  // namespace

std::unique_ptr<Probe> greeting_probe(const Url& url, const Settings& settings) {
  const auto* server = std::ranges::find(servers, std::string_view(url.scheme), &Server::scheme);
  if (server == servers.end()) throw Error(ErrorKind::internal, "no greeting is known for '" + url.scheme + "'");
  return std::make_unique<GreetingProbe>(url, *server, settings);
}

}  // namespace sidekick::wait
