#include "git_sync/remote/address.hpp"
#include "git_sync/remote/git_source.hpp"
#include "git_sync/remote/http_channel.hpp"
#include "git_sync/remote/local_remote.hpp"
#include "git_sync/remote/ssh_source.hpp"
#include "git_sync/remote/stream_channel.hpp"
#include "git_sync/remote/url_rules.hpp"
#include "git_sync/remote/wire_remote.hpp"
#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::git_sync {

namespace {

SshSettings with_times(SshSettings settings, const StreamTimes& times) {
  settings.connect_timeout = times.connect;
  settings.idle_timeout = times.idle;
  return settings;
}

}  // namespace

std::unique_ptr<Remote> open_remote(const RemoteSettings& asked, Log& log, MetricSink& metrics) {
  const auto name = redact_url(asked.url);
  const auto settings = settings_for_url(asked);
  auto address = parse_address(settings.url);
  const StreamTimes times{settings.http.connect_timeout, settings.http.idle_timeout};
  const auto over_stream = [&](std::unique_ptr<StreamSource> source) {
    return std::make_unique<WireRemote>(name, std::make_unique<StreamChannel>(std::move(source)), settings.limits,
                                        hint_of_missing_scheme(settings.url));
  };
  switch (address.kind) {
    case RemoteAddress::Kind::local:
      return std::make_unique<LocalRemote>(address.path);
    case RemoteAddress::Kind::git:
      return over_stream(std::make_unique<GitSource>(address.url, times));
    case RemoteAddress::Kind::ssh:
      return over_stream(std::make_unique<SshSource>(address.url, address.path, with_times(settings.ssh, times)));
    case RemoteAddress::Kind::http:
      break;
  }
  return std::make_unique<WireRemote>(
      name, std::make_unique<HttpChannel>(settings, Authenticator(settings, log, metrics)), settings.limits);
}

}  // namespace sidekick::git_sync
