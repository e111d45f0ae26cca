#include "base/http/connection.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "sidekick/certificates.hpp"
#include "sidekick/dial.hpp"
#include "sidekick/error.hpp"

namespace sidekick::http {

namespace {

std::string host_and_port(const Url& url) {
  const auto host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  return host + ":" + std::to_string(url.effective_port());
}

/// Identifies a version of the files: certificates are renewed while we run.
std::string state_of_files(const TlsSettings& settings) {
  std::string out;
  for (const auto& path :
       {settings.verify && settings.ca_file.empty() ? ca_bundle_path().value_or("") : settings.ca_file,
        settings.certificate_file, settings.key_file}) {
    struct stat info{};
    if (path.empty() || ::stat(path.c_str(), &info) != 0) continue;
    for (const auto number : {static_cast<std::int64_t>(info.st_ino), static_cast<std::int64_t>(info.st_size),
                              static_cast<std::int64_t>(info.st_mtim.tv_sec), std::int64_t{info.st_mtim.tv_nsec}})
      out += std::to_string(number) + " ";
  }
  return out;
}

Error with_proxy(const Error& error, const Url& proxy) {
  return {error.kind(), "proxy '" + proxy.origin() + "': " + error.message(), error.hint()};
}

/// Asks the proxy for a tunnel; `stream` then leads to the server.
void open_tunnel(Stream& stream, const Route& route) {
  const auto target = host_and_port(route.server);
  std::string text = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (!route.proxy->user.empty()) text += "Proxy-Authorization: " + basic_authorization(*route.proxy) + "\r\n";
  text += "\r\n";
  stream.write(std::as_bytes(std::span(text)));
  AnswerReader reader(stream);
  const auto answer = reader.read({.presence = BodyRules::Presence::none});
  if (answer.response.status / 100 == 2) return;
  if (answer.response.status == 407)
    throw Error(ErrorKind::denied, "it requires credentials",
                "put them into the proxy's URL: http://user:password@host");
  throw Error(ErrorKind::unavailable, "it answered " + std::to_string(answer.response.status) + " to CONNECT");
}

}  // namespace

std::string Route::key() const {
  const auto through = proxy ? proxy->scheme + "://" + proxy->user + "@" + host_and_port(*proxy) : "";
  return relayed() ? through : through + " " + server.scheme + "://" + host_and_port(server);
}

std::string basic_authorization(const Url& url) {
  return "Basic " + base64(url.user + ":" + url.password.reveal());
}

std::unique_ptr<Stream> Connector::dial_to(const Url& url, const StreamLimits& limits) const {
  auto timeout = settings_.connect_timeout;
  if (limits.deadline) {
    const auto left = *limits.deadline - std::chrono::steady_clock::now();
    timeout = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds(1), timeout);
  }
  auto dialled = dial(url.host, url.effective_port(), timeout, limits.cancel);
  limits.cancel.throw_if_cancelled();
  if (!dialled.fd) {
    if (!dialled.failure.empty() && dialled.failure.front() >= 'A' && dialled.failure.front() <= 'Z')
      dialled.failure.front() = static_cast<char>(dialled.failure.front() - 'A' + 'a');
    throw Error(ErrorKind::unavailable, dialled.failure);
  }
  // Limits the handshake as a whole: a server that sends a byte at a time gets no longer than a silent one.
  auto greeting_limits = limits;
  greeting_limits.idle_timeout = timeout;
  const auto opened_by = std::chrono::steady_clock::now() + timeout;
  greeting_limits.deadline = std::min(limits.deadline.value_or(opened_by), opened_by);
  return std::make_unique<SocketStream>(std::move(dialled.fd), std::move(greeting_limits));
}

const TlsContext& Connector::context() {
  auto files = state_of_files(settings_.tls);
  if (!context_ || files != loaded_files_) {
    session_.reset();
    context_ = std::make_unique<TlsContext>(settings_.tls);
    loaded_files_ = std::move(files);
  }
  return *context_;
}

std::unique_ptr<Stream> Connector::greet(std::unique_ptr<Stream> below, const Url& url, const std::string& key) {
  const auto& shared = context();
  return shared.greet(std::move(below), url.host, key == session_key_ ? session_.get() : nullptr);
}

std::unique_ptr<Connection> Connector::open(const Route& route, const StreamLimits& limits) {
  auto key = route.key();
  std::unique_ptr<Stream> stream;
  if (route.proxy) try {
      stream = dial_to(*route.proxy, limits);
      if (route.proxy->scheme == "https") stream = greet(std::move(stream), *route.proxy, {});
      if (!route.relayed()) open_tunnel(*stream, route);
    } catch (const Error& error) {
      throw error.kind() == ErrorKind::cancelled ? error : with_proxy(error, *route.proxy);
    }
  else
    stream = dial_to(route.server, limits);
  if (route.server.scheme == "https") stream = greet(std::move(stream), route.server, key);
  return std::make_unique<Connection>(std::move(key), std::move(stream));
}

void Connector::remember(const Connection& connection) {
  const auto* tls = dynamic_cast<const TlsStream*>(connection.stream.get());
  if (tls == nullptr) return;
  session_ = tls->session();
  session_key_ = connection.key;
}

}  // namespace sidekick::http
