#include "sidekick/error.hpp"
#include "sidekick/lookup.hpp"
#include "sidekick/secret.hpp"
#include "wait/probe.hpp"

namespace sidekick::wait {

namespace {

class DnsProbe final : public Probe {
 public:
  explicit DnsProbe(std::string name) : name_(std::move(name)) {}

  std::optional<std::string> look(const CancelToken& cancel) override {
    const auto addresses = look_up(name_, 0, AF_UNSPEC, std::nullopt, cancel);
    if (!addresses.first) return addresses.failure;
    return {};
  }

 private:
  std::string name_;
};

}  // namespace

std::unique_ptr<Probe> dns_probe(const Url& url) {
  if (url.port != 0 || (!url.path.empty() && url.path != "/"))
    throw Error(ErrorKind::usage, "cannot wait for '" + redact_url(url.without_login()) + "': only a name is expected",
                "write dns://name, or tcp://name:port for a server behind it");
  return std::make_unique<DnsProbe>(url.host);
}

}  // namespace sidekick::wait
