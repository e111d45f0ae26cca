/// HTTP and HTTPS requests over one kept connection.
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

/// How the other side of https is checked, and who we are to it. Each client has its own.
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

/// The proxies that the environment names: http_proxy, https_proxy or HTTPS_PROXY, no_proxy or NO_PROXY, and all_proxy
/// or ALL_PROXY for the schemes left; lower case first, and no HTTP_PROXY, which a request's header could set for a
/// CGI.
ProxySettings proxies_from(const std::map<std::string, std::string>& environment);

struct HttpSettings {
  TlsSettings tls{};
  ProxySettings proxies{};
  std::chrono::milliseconds connect_timeout{30'000};  ///< again as long to open a tunnel and to agree on TLS
  /// Without a byte in either direction; also for the header of an answer from its first byte on. An answer whose body
  /// is gathered has ten times as long.
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
  int max_redirects = 0;       ///< followed for GET and HEAD; credentials do not go to another host
  std::optional<std::chrono::milliseconds> timeout{};  ///< for all of it, redirects too; nothing: idle_timeout only
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;
  std::string effective_url;  ///< after redirects
  std::string body;           ///< empty where it went to a sink

  /// The first header of that name, whatever its case; nothing where there is none.
  std::optional<std::string_view> header(std::string_view name) const;
};

/// Takes a body piece by piece. May throw: the connection is closed then.
using BodySink = std::function<void(std::span<const std::byte>)>;

/// Keeps one connection to the last host and uses it again; where the server closed it meanwhile, the request is sent
/// once more on a new one, before a byte of the answer was seen. Certificate files that changed are read again for the
/// next connection. Statuses are the caller's to judge. For one thread at a time. Every member throws Error:
/// unavailable (no name, refused, reset, no answer in time), denied (the other's certificate is not trusted, or the
/// proxy wants credentials), data (not HTTP, too long, redirects without end), config (a URL, header or certificate
/// file that cannot be used; http:// to a port of TLS, or https:// to one without), no_input (a certificate file that
/// is not there), cancelled. URLs in messages have no credentials; those in a URL's user information are sent as basic
/// authentication.
class HttpClient final {
 public:
  explicit HttpClient(HttpSettings settings);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// The answer with its body, of which there may be at most `max_body_bytes` (else Error data).
  HttpResponse send(const HttpRequest& request, const CancelToken& cancel, std::size_t max_body_bytes = 16U << 20U);

  /// The answer; its body goes to `sink` as it arrives when the status is 200 or 206, else into the answer (at most
  /// 1 MiB, else Error data). What `sink` throws comes through as it is.
  HttpResponse stream(const HttpRequest& request, const BodySink& sink, const CancelToken& cancel);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Standard base64 with padding (RFC 4648).
std::string base64(std::string_view bytes);

}  // namespace sidekick
