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

#include <algorithm>
#include <csignal>
#include <list>
#include <optional>
#include <thread>

#include "agent/status/http_answer.hpp"
#include "sidekick/error.hpp"

namespace sidekick::status {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;
using Message = http::response<http::string_body>;

/// Results instead of exceptions: a connection that breaks is nothing unusual.
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds after_failed_accept{100};
constexpr std::size_t max_discarded_bytes = std::size_t{4} << 20;

Error cannot_listen(const HttpAddress& address, const error_code& failure) {
  const auto what = "cannot listen on '" + text_of(address) + "': " + failure.message();
  if (failure == asio::error::address_in_use)
    return {ErrorKind::unavailable, what, "another process has the port: choose another, or end that one"};
  return {ErrorKind::config, what, "name an address of this machine, and a port from 1024 up"};
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

Request request_of(const Parser::value_type& message) {
  Request request{.method = std::string(message.method_string()),
                  .path = std::string(path_of({message.target().data(), message.target().size()})),
                  .headers = {},
                  .body = message.body()};
  for (const auto& field : message)
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  return request;
}

Message message_of(const Response& response) {
  Message message(static_cast<http::status>(response.status), 11);
  message.set(http::field::content_type, response.content_type);
  message.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.body() = response.body;
  message.prepare_payload();
  return message;
}

/// What a client is told whose request could not be read; nothing where it is gone or too slow.
std::optional<Response> refusal(const error_code& failure) {
  if (failure == http::error::body_limit) return Response{413, "body too large\n"};
  if (failure == http::error::header_limit) return Response{431, "header too large\n"};
  if (failure == http::error::end_of_stream || failure == http::error::partial_message) return {};
  if (failure.category() == http::make_error_code(http::error::bad_method).category())
    return Response{400, "bad request\n"};
  return {};
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpAddress& address, std::vector<Route> routes, HttpLimits limits)
      : routes_(std::move(routes)),
        limits_(limits),
        acceptor_(open_acceptor(context_, address)),
        port_(acceptor_.local_endpoint().port()) {
    asio::co_spawn(context_, accept(), asio::detached);
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
  using Stream = std::shared_ptr<beast::tcp_stream>;

  asio::awaitable<void> accept() {
    for (;;) {
      auto [failure, socket] = co_await acceptor_.async_accept(as_result);
      if (failure) {  // out of descriptors, or a client that went away meanwhile
        asio::steady_timer timer(context_, after_failed_accept);
        co_await timer.async_wait(as_result);
        continue;
      }
      if (quiet_.size() >= limits_.max_connections) {
        quiet_.front()->close();
        quiet_.pop_front();
      }
      quiet_.push_back(std::make_shared<beast::tcp_stream>(std::move(socket)));
      asio::co_spawn(context_, serve(quiet_.back()), asio::detached);
    }
  }

  asio::awaitable<void> serve(Stream stream) {
    beast::flat_buffer buffer;
    while (co_await serve_one(*stream, buffer)) {  // from now on it is the one that was quiet for the shortest time
      const auto place = std::ranges::find(quiet_, stream);
      if (place != quiet_.end()) quiet_.splice(quiet_.end(), quiet_, place);
    }
    quiet_.remove(stream);
  }

  /// True when another request may follow.
  asio::awaitable<bool> serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
    Parser parser;
    stream.expires_after(limits_.timeout);
    if (const auto failure = co_await read(stream, buffer, parser)) {
      if (const auto response = refusal(failure)) co_await refuse(stream, *response);
      co_return false;
    }
    const auto& message = parser.get();
    auto reply = message_of(answer(routes_, request_of(message)));
    reply.version(message.version());
    reply.keep_alive(message.keep_alive());
    http::response_serializer<http::string_body> serializer(reply);
    stream.expires_after(limits_.timeout);
    const auto [failure, bytes] = message.method() == http::verb::head
                                      ? co_await http::async_write_header(stream, serializer, as_result)
                                      : co_await http::async_write(stream, serializer, as_result);
    co_return !failure && message.keep_alive();
  }

  asio::awaitable<error_code> read(beast::tcp_stream& stream, beast::flat_buffer& buffer, Parser& parser) {
    parser.header_limit(limits_.max_header_bytes);
    parser.body_limit(limits_.max_body_bytes);
    const auto [failure, bytes] = co_await http::async_read_header(stream, buffer, parser, as_result);
    if (failure) co_return failure;
    if (parser.get().method() != http::verb::post && parser.content_length().value_or(parser.chunked() ? 1 : 0) > 0)
      co_return http::make_error_code(http::error::body_limit);
    if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      const http::response<http::empty_body> go_on(http::status::continue_, 11);
      co_await http::async_write(stream, go_on, as_result);
    }
    const auto [body_failure, body_bytes] = co_await http::async_read(stream, buffer, parser, as_result);
    co_return body_failure;
  }

  /// What the client still sends is read, or it would be reset before it has seen the answer.
  asio::awaitable<void> refuse(beast::tcp_stream& stream, const Response& response) {
    auto reply = message_of(response);
    reply.keep_alive(false);
    const auto [failure, bytes] = co_await http::async_write(stream, reply, as_result);
    if (failure) co_return;
    error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    std::string rest(std::size_t{16} << 10, '\0');
    for (std::size_t discarded = 0; discarded < max_discarded_bytes;) {
      const auto [end, count] = co_await stream.async_read_some(asio::buffer(rest), as_result);
      if (end) co_return;
      discarded += count;
    }
  }

  const std::vector<Route> routes_;
  const HttpLimits limits_;
  asio::io_context context_{1};
  std::list<Stream> quiet_;  ///< by how long it is since they had their last answer
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
