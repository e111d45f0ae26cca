#include <algorithm>
#include <array>
#include <utility>

#include "base/http/connection.hpp"
#include "base/http/proxies.hpp"
#include "base/http/text.hpp"
#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"
#include "sidekick/url.hpp"

namespace sidekick {

namespace {

constexpr std::size_t max_other_body_bytes = std::size_t{1} << 20;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// True if credentials for `from` may go to `to`.
bool shares_credentials(const Url& from, const Url& to) {
  const bool upgraded =
      from.scheme == "http" && to.scheme == "https" && from.effective_port() == 80 && to.effective_port() == 443;
  return same_origin(from, to) || (upgraded && from.host == to.host);
}

/// The receiver of a sink watches its progress; a body in memory needs a deadline.
http::StreamLimits for_memory(http::StreamLimits limits) {
  constexpr int times_idle = 10;
  const auto whole = std::chrono::steady_clock::now() + times_idle * limits.idle_timeout;
  limits.deadline = std::min(limits.deadline.value_or(whole), whole);
  return limits;
}

/// The answers of Go, nginx and Apache to plain HTTP on an https port.
bool is_complaint_of_tls(const HttpResponse& response) {
  constexpr std::array<std::string_view, 3> texts{"HTTP request to an HTTPS server",
                                                  "plain HTTP request was sent to HTTPS port",
                                                  "speaking plain HTTP to an SSL-enabled server"};
  return response.status == 400 &&
         std::ranges::any_of(texts, [&](auto text) { return response.body.find(text) != std::string::npos; });
}

/// Another host gets only headers that are known to hold no secret.
void keep_harmless(std::vector<HttpHeader>& headers) {
  constexpr std::array<std::string_view, 8> harmless{"accept",       "accept-language", "cache-control", "content-type",
                                                     "git-protocol", "pragma",          "range",         "user-agent"};
  std::erase_if(headers, [&](const HttpHeader& header) {
    return std::ranges::none_of(harmless, [&](auto name) { return http::same_name(header.name, name); });
  });
}

}  // namespace

std::optional<std::string_view> HttpResponse::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const auto& one) { return http::same_name(one.name, name); });
  return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

class HttpClient::Impl {
 public:
  explicit Impl(HttpSettings settings) : settings_(std::move(settings)), connector_(settings_) {}

  HttpResponse perform(HttpRequest request, http::BodyRules rules, const CancelToken& cancel) {
    http::StreamLimits limits{.cancel = cancel, .idle_timeout = settings_.idle_timeout, .deadline = {}};
    if (request.timeout) limits.deadline = std::chrono::steady_clock::now() + *request.timeout;
    if (request.method == "HEAD") rules.presence = http::BodyRules::Presence::none;
    rules.header_time = settings_.idle_timeout;
    auto url = parse_url(request.url);
    for (int redirects = 0;; redirects++) {
      auto response = ask(url, request, rules, limits);
      response.effective_url = url.without_login();
      const auto location = response.header("location");
      if (request.max_redirects == 0 || !is_redirect(response.status) || !location ||
          (request.method != "GET" && request.method != "HEAD"))
        return response;
      if (redirects == request.max_redirects)
        throw Error(ErrorKind::data, "'" + redact_url(request.url) + "' redirects too often");
      auto next = resolve(url, *location);
      if (!shares_credentials(url, next))
        keep_harmless(request.headers);
      else if (next.user.empty())
        std::tie(next.user, next.password) = std::pair(url.user, url.password);
      url = std::move(next);
    }
  }

 private:
  /// A request in its form on the wire.
  struct WireRequest {
    std::string_view text;
    std::string_view content;
  };

  /// Sends one request and returns its answer, whatever the status. Errors name the URL.
  HttpResponse ask(const Url& url, const HttpRequest& request, const http::BodyRules& rules,
                   const http::StreamLimits& limits) {
    const auto because = [&](const std::string& cause) {
      return "cannot get an answer from '" + redact_url(url.without_login()) + "': " + cause;
    };
    limits.cancel.throw_if_cancelled();
    if (url.scheme != "http" && url.scheme != "https")
      throw Error(ErrorKind::config, because("only http and https are supported"));
    const http::Route route{url, http::proxy_for(url, settings_.proxies)};
    const auto text = http::request_text(route, request, settings_.user_agent);
    try {
      return exchange(route, {text, request.content}, rules, limits);
    } catch (const http::SinkFailure& failure) {
      std::rethrow_exception(failure.why);
    } catch (const http::ConnectionLost& lost) {
      throw Error(ErrorKind::unavailable, because(lost.what()));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      throw Error(error.kind(), because(error.message()), error.hint());
    }
  }

  HttpResponse exchange(const http::Route& route, const WireRequest& sent, const http::BodyRules& rules,
                        const http::StreamLimits& limits) {
    auto connection = std::exchange(kept_, nullptr);
    if (connection && connection->key == route.key() && connection->stream->quiet()) {
      // The server closed the connection before it saw the request.
      if (auto response = exchange_on(std::move(connection), route, sent, rules, limits)) return std::move(*response);
    }
    auto response = exchange_on(connector_.open(route, limits), route, sent, rules, limits);
    if (!response) throw http::ConnectionLost("the connection was closed");
    return std::move(*response);
  }

  /// Nothing if the connection was lost before the first byte of the answer.
  std::optional<HttpResponse> exchange_on(std::unique_ptr<http::Connection> connection, const http::Route& route,
                                          const WireRequest& sent, const http::BodyRules& rules,
                                          const http::StreamLimits& limits) {
    connection->stream->limit(limits);
    http::Answer answer;
    bool all_sent = true;
    try {
      connection->stream->write(std::as_bytes(std::span(sent.text)));
      if (!sent.content.empty()) connection->stream->write(std::as_bytes(std::span(sent.content)));
    } catch (const http::ConnectionLost&) {
      // A server may answer and close before it has read everything: its answer says more than the write error.
      all_sent = false;
    }
    if (rules.sink == nullptr) connection->stream->limit(for_memory(limits));
    try {
      answer = connection->reader.read(rules);
    } catch (const http::ConnectionLost&) {
      if (connection->reader.heard()) throw;
      return {};
    }
    if (answer.response.status == 407 && route.relayed())
      throw Error(ErrorKind::denied, "proxy '" + route.proxy->origin() + "': it requires credentials",
                  "put them into the proxy's URL: http://user:password@host");
    if (route.server.scheme == "http" && is_complaint_of_tls(answer.response))
      throw Error(ErrorKind::config, "the port speaks TLS, and the URL says http://", "write https://");
    if (!std::exchange(connection->used, true)) connector_.remember(*connection);
    if (answer.reusable && all_sent) kept_ = std::move(connection);
    return std::move(answer.response);
  }

  HttpSettings settings_;
  http::Connector connector_;
  std::unique_ptr<http::Connection> kept_;
};

HttpClient::HttpClient(HttpSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

HttpResponse HttpClient::send(const HttpRequest& request, const CancelToken& cancel, std::size_t max_body_bytes) {
  return impl_->perform(request, {.sink = nullptr, .max_bytes = max_body_bytes}, cancel);
}

HttpResponse HttpClient::stream(const HttpRequest& request, const BodySink& sink, const CancelToken& cancel) {
  return impl_->perform(request, {.sink = &sink, .max_bytes = max_other_body_bytes}, cancel);
}

}  // namespace sidekick
