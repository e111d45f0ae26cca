#include "sidekick/dial.hpp"
#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"
#include "wait/probe.hpp"

namespace sidekick::wait {

namespace {

class TcpProbe final : public Probe {
 public:
  TcpProbe(const Url& url, const Settings& settings)
      : host_(url.host), port_(url.port), timeout_(settings.look_timeout) {}

  std::optional<std::string> look(const CancelToken& cancel) override {
    auto dialled = dial(host_, port_, timeout_, cancel);
    if (dialled.fd) return {};
    return std::move(dialled.failure);
  }

 private:
  std::string host_;
  std::uint16_t port_;
  std::chrono::milliseconds timeout_;
};

class UnixProbe final : public Probe {
 public:
  UnixProbe(std::string path, const Settings& settings) : path_(std::move(path)), timeout_(settings.look_timeout) {}

  std::optional<std::string> look(const CancelToken& cancel) override {
    auto dialled = dial_path(path_, timeout_, cancel);
    if (dialled.fd) return {};
    return std::move(dialled.failure);
  }

 private:
  std::string path_;
  std::chrono::milliseconds timeout_;
};

}  // namespace

std::unique_ptr<Probe> tcp_probe(const Url& url, const Settings& settings) {
  if (url.port == 0)
    throw Error(ErrorKind::usage, "cannot wait for '" + redact_url(url.without_login()) + "': it has no port",
                "write tcp://host:port");
  return std::make_unique<TcpProbe>(url, settings);
}

std::unique_ptr<Probe> unix_probe(std::string path, const Settings& settings) {
  if (!path.starts_with('/'))
    throw Error(ErrorKind::usage, "cannot wait for 'unix://" + path + "': it is not an absolute path",
                "write unix:///path/of/the/socket");
  return std::make_unique<UnixProbe>(std::move(path), settings);
}

}  // namespace sidekick::wait
