#include "agent/status/http_session.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>

#include "agent/status/http_answer.hpp"

namespace sidekick::status {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using beast::bind_front_handler;

constexpr std::size_t max_discarded_bytes = std::size_t{4} << 20;
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

Request request_of(const http::request<http::string_body>& message) {
  Request request{.method = std::string(message.method_string()),
                  .path = std::string(path_of({message.target().data(), message.target().size()})),
                  .headers = {},
                  .body = message.body()};
  for (const auto& field : message)
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  return request;
}

http::response<http::string_body> message_of(const Response& response) {
  http::response<http::string_body> message(static_cast<http::status>(response.status), 11);
  message.set(http::field::content_type, response.content_type);
  message.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.body() = response.body;
  message.prepare_payload();
  return message;
}

/// The answer to a request that could not be read; nothing if the client is gone or too slow.
std::optional<Response> refusal(const boost::system::error_code& cause) {
  if (cause == http::error::body_limit) return Response{413, "body too large\n"};
  if (cause == http::error::header_limit) return Response{431, "header too large\n"};
  if (cause == http::error::end_of_stream || cause == http::error::partial_message) return {};
  if (cause.category() == http::make_error_code(http::error::bad_method).category())
    return Response{400, "bad request\n"};
  return {};
}

}  // namespace

void HttpSession::listen() {
  parser_.emplace();
  parser_->header_limit(all_.limits.max_header_bytes);
  parser_->body_limit(all_.limits.max_body_bytes);
  stream_.expires_after(all_.limits.timeout);
  http::async_read_header(stream_, buffer_, *parser_,
                          bind_front_handler(&HttpSession::header_came, shared_from_this()));
}

void HttpSession::header_came(Failure failure, std::size_t) {
  if (failure) return refuse(failure);
  const auto& header = parser_->get();
  if (header.method() != http::verb::post && (parser_->chunked() || parser_->content_length().value_or(0) > 0))
    return refuse(http::make_error_code(http::error::body_limit));
  if (beast::iequals(header[http::field::expect], "100-continue")) return invite_body();
  read_body();
}

void HttpSession::invite_body() {
  boost::asio::async_write(stream_, boost::asio::buffer(go_on),
                           [self = shared_from_this()](Failure failure, std::size_t) {
                             if (failure) return self->leave();
                             self->read_body();
                           });
}

void HttpSession::read_body() {
  http::async_read(stream_, buffer_, *parser_, bind_front_handler(&HttpSession::body_came, shared_from_this()));
}

void HttpSession::body_came(Failure failure, std::size_t) {
  if (failure) return refuse(failure);
  reply();
}

void HttpSession::reply() {
  const auto& request = parser_->get();
  reply_ = message_of(answer(all_.routes, request_of(request)));
  reply_->version(request.version());
  reply_->keep_alive(request.keep_alive());
  serializer_.emplace(*reply_);
  stream_.expires_after(all_.limits.timeout);
  auto then = bind_front_handler(&HttpSession::replied, shared_from_this());
  if (request.method() == http::verb::head)
    http::async_write_header(stream_, *serializer_, std::move(then));
  else
    http::async_write(stream_, *serializer_, std::move(then));
}

void HttpSession::replied(Failure failure, std::size_t) {
  if (failure || !reply_->keep_alive()) return leave();
  // It is now the one that has been idle for the shortest time.
  const auto place = std::ranges::find(all_.quiet, shared_from_this());
  if (place != all_.quiet.end()) all_.quiet.splice(all_.quiet.end(), all_.quiet, place);
  listen();
}

void HttpSession::refuse(Failure cause) {
  const auto response = refusal(cause);
  if (!response) return leave();
  reply_ = message_of(*response);
  reply_->keep_alive(false);
  serializer_.emplace(*reply_);
  http::async_write(stream_, *serializer_, bind_front_handler(&HttpSession::refused, shared_from_this()));
}

void HttpSession::refused(Failure failure, std::size_t) {
  if (failure) return leave();
  Failure ignored;
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  rest_.resize(std::size_t{16} << 10);
  discard();
}

/// Reads what the client still sends; otherwise the connection would be reset before the client has read the answer.
void HttpSession::discard() {
  stream_.async_read_some(boost::asio::buffer(rest_), bind_front_handler(&HttpSession::discarded, shared_from_this()));
}

void HttpSession::discarded(Failure failure, std::size_t bytes) {
  discarded_bytes_ += bytes;
  if (failure || discarded_bytes_ > max_discarded_bytes) return leave();
  discard();
}

void HttpSession::leave() {
  all_.quiet.remove(shared_from_this());
}

}  // namespace sidekick::status
