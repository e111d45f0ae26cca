#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "sidekick/error.hpp"
#include "wait/probe.hpp"

namespace sidekick::wait {

namespace {

/// Only so much of an answer is searched.
constexpr std::size_t max_body_bytes = 4U << 20U;

class HttpProbe final : public Probe {
 public:
  HttpProbe(const Secret& url, const Settings& settings)
      : client_(http_settings(settings)), expect_status_(settings.expect_status), expect_body_(settings.expect_body) {
    request_.url = url.reveal();
    request_.headers = settings.headers;
    request_.timeout = settings.look_timeout;
  }

  std::optional<std::string> look(const CancelToken& cancel) override {
    try {
      std::string body;  // of a 200; others bring theirs with them
      const auto keep = [&](std::span<const std::byte> piece) {
        const auto left = std::min(piece.size(), max_body_bytes - body.size());
        body.append(reinterpret_cast<const char*>(piece.data()), left);
      };
      const auto response = client_.stream(request_, keep, cancel);
      return judge(response.status, body + response.body);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::config || error.kind() == ErrorKind::no_input) throw;
      return error.message();
    }
  }

 private:
  static HttpSettings http_settings(const Settings& settings) {
    auto http = settings.http;
    http.connect_timeout = std::min(http.connect_timeout, settings.look_timeout);
    http.idle_timeout = std::min(http.idle_timeout, settings.look_timeout);
    return http;
  }

  std::optional<std::string> judge(int status, const std::string& body) const {
    const bool fits = expect_status_.empty() ? status >= 200 && status < 400
                                             : std::ranges::find(expect_status_, status) != expect_status_.end();
    if (!fits) return "it answers " + std::to_string(status);
    if (body.find(expect_body_) == std::string::npos)
      return "it answers " + std::to_string(status) + " without the expected text";
    return {};
  }

  HttpClient client_;
  HttpRequest request_;
  std::vector<int> expect_status_;
  std::string expect_body_;
};

}  // namespace

std::unique_ptr<Probe> http_probe(const Secret& url, const Settings& settings) {
  // Otherwise it would be noticed only once a server is available.
  const auto& authorities = settings.http.tls.ca_file;
  if (!authorities.empty() && ::access(authorities.c_str(), R_OK) != 0)
    throw error_from_errno("cannot read the certificates '" + authorities + "'", errno);
  return std::make_unique<HttpProbe>(url, settings);
}

}  // namespace sidekick::wait
