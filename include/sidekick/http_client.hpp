/// HTTP and HTTPS requests over one connection that is kept open.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sidekick/cancel.hpp"
#include "sidekick/secret.hpp"

namespace sidekick {

/// The certificates that verify an https server and identify us to it. Each client has its own.
struct TlsSettings {
  std::string ca_file{};           ///< PEM; empty: ca_bundle_path()
  std::string certificate_file{};  ///< PEM; empty: none
  std::string key_file{};          ///< PEM; empty: in certificate_file
  Secret key_password{};
  bool verify = true;
};

/// Which proxy a request takes, as curl reads it from the environment.
struct ProxySettings {
  std::string http{};   ///< for http://; empty: none
  std::string https{};  ///< for https:// (by CONNECT); empty: none
  /// Hosts (with all below them), ".domain", networks ("10.0.0.0/8"), "*"; ":port" may follow.
  std::vector<std::string> no_proxy{};
};

/// The proxies in the environment: http_proxy, https_proxy or HTTPS_PROXY, no_proxy or NO_PROXY, and all_proxy or
/// ALL_PROXY for the other schemes. Lower case wins. Ignores HTTP_PROXY, which the header of a request can set for a
/// CGI.
ProxySettings proxies_from(const std::map<std::string, std::string>& environment);

struct HttpSettings {
  TlsSettings tls{};
  ProxySettings proxies{};
  std::chrono::milliseconds connect_timeout{30'000};  ///< also the limit to open a tunnel, and of the TLS handshake
  /// The longest time without a byte in either direction, and the limit for the header of an answer from its first byte
  /// on. An answer with its body in memory may take ten times as long in all.
  std::chrono::milliseconds idle_timeout{60'000};
  std::string user_agent{};
};

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url{};
  std::vector<HttpHeader> headers{};
  std::string body{};
  std::string_view content{};  ///< unless empty, sent instead of `body` and without a copy; must outlive the call
  int max_redirects = 0;       ///< only for GET and HEAD; credentials do not go to another host
  std::optional<std::chrono::milliseconds>
      timeout{};  ///< for the whole request with redirects; nothing: idle_timeout only
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string effective_url;  ///< after redirects
  std::string body;           ///< empty where it went to a sink

  /// The first header of that name, ignoring case; nothing if there is none.
  std::optional<std::string_view> header(std::string_view name) const;
};

/// Receives a body piece by piece. If it throws, the connection is closed.
using BodySink = std::function<void(std::span<const std::byte>)>;

/// Reuses the connection to the last host; if the server has closed it meanwhile, sends the request once more on a new
/// connection, provided that no byte of the answer had arrived. Reloads changed certificate files for the next
/// connection. Does not judge the status. For one thread at a time. Every member throws Error: unavailable (no name,
/// refused, reset, no answer in time), denied (the certificate of the server is not trusted, or the proxy wants
/// credentials), data (not HTTP, too long, too many redirects), config (a URL, header or certificate file that cannot
/// be used; http:// to a TLS port, or https:// to a plain one), no_input (a certificate file does not exist),
/// cancelled. URLs in messages have no credentials; those in a URL's user information are sent as basic authentication.
class HttpClient final {
 public:
  explicit HttpClient(HttpSettings settings);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// The answer with its body, of which there may be at most `max_body_bytes` (else Error data).
  HttpResponse send(const HttpRequest& request, const CancelToken& cancel, std::size_t max_body_bytes = 16U << 20U);

  /// Passes the body to `sink` as it arrives if the status is 200 or 206, and puts it into the answer otherwise (at
  /// most 1 MiB, else Error data). Exceptions of `sink` pass through unchanged.
  HttpResponse stream(const HttpRequest& request, const BodySink& sink, const CancelToken& cancel);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Standard base64 with padding (RFC 4648).
std::string base64(std::string_view bytes);

}  // namespace sidekick
