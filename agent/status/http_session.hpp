/// One connection of the HTTP server.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/status/http_route.hpp"
#include "agent/status/http_server.hpp"

namespace sidekick::status {

class HttpSession;

/// What the sessions of a server share. It outlives them.
struct HttpSessions {
  const std::vector<Route> routes;
  const HttpLimits limits;
  std::list<std::shared_ptr<HttpSession>> quiet;  ///< open connections, the one that has been idle for longest first
};

/// Reads requests and writes answers until one side closes the connection. Lives as long as it waits for something.
/// Used only in the server's thread.
class HttpSession final : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(boost::asio::ip::tcp::socket socket, HttpSessions& all) : stream_(std::move(socket)), all_(all) {}

  /// Waits for the next request.
  void listen();

  /// Closes the connection, whatever it is doing.
  void close() { stream_.close(); }

 private:
  using Failure = boost::system::error_code;
  using Message = boost::beast::http::response<boost::beast::http::string_body>;

  void header_came(Failure failure, std::size_t bytes);
  void invite_body();
  void read_body();
  void body_came(Failure failure, std::size_t bytes);
  void reply();
  void replied(Failure failure, std::size_t bytes);
  void refuse(Failure cause);
  void refused(Failure failure, std::size_t bytes);
  void discard();
  void discarded(Failure failure, std::size_t bytes);
  void leave();

  boost::beast::tcp_stream stream_;
  HttpSessions& all_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::optional<Message> reply_;
  std::optional<boost::beast::http::response_serializer<boost::beast::http::string_body>> serializer_;
  std::string rest_;
  std::size_t discarded_bytes_ = 0;
};

}  // namespace sidekick::status
