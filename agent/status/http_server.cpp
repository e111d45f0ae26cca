#include "agent/status/http_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <csignal>
#include <thread>

#include "agent/status/http_session.hpp"
#include "sidekick/error.hpp"

namespace sidekick::status {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds after_failed_accept{100};

Error cannot_listen(const HttpAddress& address, const error_code& failure) {
  const auto what = "cannot listen on '" + text_of(address) + "': " + failure.message();
  if (failure == asio::error::address_in_use)
    return {ErrorKind::unavailable, what, "another process uses the port: choose another port, or stop that process"};
  return {ErrorKind::config, what, "use an address of this machine, and a port above 1023"};
}

tcp::acceptor listen_at(asio::io_context& context, const tcp::endpoint& endpoint) {
  tcp::acceptor acceptor(context, endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  if (endpoint.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()));
  acceptor.bind(endpoint);
  acceptor.listen();
  return acceptor;
}

tcp::acceptor listen_everywhere(asio::io_context& context, std::uint16_t port) {
  try {
    return listen_at(context, {tcp::v6(), port});
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::address_in_use) throw;
    return listen_at(context, {tcp::v4(), port});  // a machine without IPv6
  }
}

tcp::acceptor open_acceptor(asio::io_context& context, const HttpAddress& address) try {
  if (address.host.empty()) return listen_everywhere(context, address.port);
  const auto found = tcp::resolver(context).resolve(address.host, std::to_string(address.port));
  return listen_at(context, found.begin()->endpoint());
} catch (const boost::system::system_error& error) {
  throw cannot_listen(address, error.code());
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpAddress& address, std::vector<Route> routes, HttpLimits limits)
      : all_{std::move(routes), limits, {}},
        acceptor_(open_acceptor(context_, address)),
        port_(acceptor_.local_endpoint().port()) {
    accept();
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { context_.run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  ~Impl() {
    context_.stop();
    thread_.join();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint16_t port() const noexcept { return port_; }

 private:
  void accept() {
    acceptor_.async_accept([this](const error_code& failure, tcp::socket socket) {
      if (failure) return accept_later();
      admit(std::make_shared<HttpSession>(std::move(socket), all_));
      accept();
    });
  }

  /// Out of descriptors, or a client that went away meanwhile.
  void accept_later() {
    pause_.expires_after(after_failed_accept);
    pause_.async_wait([this](const error_code& failure) {
      if (!failure) accept();
    });
  }

  void admit(const std::shared_ptr<HttpSession>& session) {
    if (all_.quiet.size() >= all_.limits.max_connections) {
      all_.quiet.front()->close();
      all_.quiet.pop_front();
    }
    all_.quiet.push_back(session);
    session->listen();
  }

  asio::io_context context_{1};
  HttpSessions all_;
  asio::steady_timer pause_{context_};
  tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::thread thread_;
};

HttpServer::HttpServer(const HttpAddress& address, std::vector<Route> routes, HttpLimits limits)
    : impl_(std::make_unique<Impl>(address, std::move(routes), limits)) {}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const noexcept {
  return impl_->port();
}

}  // namespace sidekick::status
