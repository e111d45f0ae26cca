#include <algorithm>
#include <array>

#include "sidekick/error.hpp"
#include "wait/probe.hpp"

namespace sidekick::wait {

namespace {

constexpr std::string_view unix_prefix = "unix://";
constexpr std::array<std::string_view, 6> greeting_schemes{"postgres", "postgresql", "mysql",
                                                           "mariadb",  "redis",      "amqp"};

Error unknown_scheme(const std::string& url) {
  const auto end = url.find("://");
  const auto what = end == std::string::npos ? "no scheme in '" + redact_url(url) + "'"
                                             : "unknown scheme '" + url.substr(0, end) + "'";
  return {ErrorKind::usage, "cannot wait: " + what,
          "use tcp, unix, http, https, mongodb, postgres, mysql, redis, amqp, file or dns, such as tcp://db:5432"};
}

/// parse_url() reports a configuration error; here the user's own argument is wrong.
Url usable(const std::string& text) {
  try {
    return parse_url(text);
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, error.message(), error.hint());
  }
}

/// A check that ends a little before everything does can still say what was wrong.
Settings with_time_to_tell(Settings settings) {
  constexpr std::chrono::milliseconds enough(200);
  if (!settings.timeout) return settings;
  const auto most = *settings.timeout - std::min(*settings.timeout / 10, enough);
  settings.look_timeout =
      std::clamp(settings.look_timeout, std::chrono::milliseconds(1), std::max(most, std::chrono::milliseconds(1)));
  return settings;
}

std::unique_ptr<Probe> probe_of(const Secret& text, const Settings& settings) {
  const auto url = usable(text.reveal());
  if (url.scheme == "tcp") return tcp_probe(url, settings);
  if (url.scheme == "http" || url.scheme == "https") return http_probe(text, settings);
  if (url.scheme == "file") return file_probe(url);
  if (url.scheme == "dns") return dns_probe(url);
  if (std::ranges::find(greeting_schemes, url.scheme) != greeting_schemes.end()) return greeting_probe(url, settings);
  return nullptr;
}

}  // namespace

std::unique_ptr<Probe> make_probe(const Secret& secret, const Settings& all_settings) {
  const auto settings = with_time_to_tell(all_settings);
  const auto& text = secret.reveal();
  if (text.starts_with("mongodb://")) return mongo_probe(secret, settings);
  if (text.starts_with(unix_prefix)) return unix_probe(text.substr(unix_prefix.size()), settings);
  if (text.find("://") == std::string::npos) throw unknown_scheme(text);
  auto probe = probe_of(secret, settings);
  if (!probe) throw unknown_scheme(text);
  return probe;
}

}  // namespace sidekick::wait
