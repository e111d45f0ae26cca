#include "agent/cli/meta/commands.hpp"
#include "agent/cli/output.hpp"
#include "agent/config/describe.hpp"
#include "agent/status/http_address.hpp"
#include "sidekick/error.hpp"
#include "sidekick/http_client.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::cli {

namespace {

using config::Arity;

constexpr std::string_view whom = "Whom to ask";

/// An address to listen on as one to reach: what listens on every interface is asked at this machine's own.
std::string url_of(const std::string& listening) {
  auto address = status::parse_http_address(listening);
  if (address.host.empty() || address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  return "http://" + status::text_of(address);
}

bool has_path(std::string_view url) {
  const auto scheme = url.find("://");
  return url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3) != std::string_view::npos;
}

std::string base_url(const config::Settings& settings) {
  if (settings.arguments.size() > 1) throw Error(ErrorKind::usage, "healthcheck takes only one URL");
  if (!settings.arguments.empty()) {
    auto url = settings.arguments.front();
    return url.find("://") == std::string::npos ? "http://" + url : url;
  }
  const auto listening = settings.values.text("http");
  if (listening.empty())
    throw Error(ErrorKind::config, "no address is given: neither a URL, --http nor SIDEKICK_HTTP",
                "set SIDEKICK_HTTP in the container: the service and its healthcheck both use it");
  return url_of(listening);
}

std::string url_to_ask(const config::Settings& settings) {
  auto url = base_url(settings);
  if (!has_path(url)) url += settings.values.flag("ready") ? "/readyz" : "/healthz";
  return url;
}

/// The settings of the job that runs beside are in the same environment, and not for us.
config::Environment own_part(const config::Environment& all) {
  config::Environment own;
  for (const auto name : {"SIDEKICK_HTTP", "GITSYNC_HTTP_BIND"})
    if (const auto found = all.find(name); found != all.end() && !found->second.empty()) own.insert(*found);
  return own;
}

HttpResponse ask(const std::string& url, std::chrono::milliseconds timeout) {
  HttpClient client({.tls = {},
                     .proxies = {},
                     .connect_timeout = timeout,
                     .idle_timeout = timeout,
                     .user_agent = "sidekick-healthcheck"});
  HttpRequest request;
  request.url = url;
  request.timeout = timeout;
  return client.send(request, CancelToken());
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

int check(const std::string& url, std::chrono::milliseconds timeout) {
  try {
    const auto response = ask(url, timeout);
    write_out(redact_url(url) + ": " + std::to_string(response.status) + " " + printable(first_line(response.body)) +
              "\n");
    return response.status >= 200 && response.status < 300 ? 0 : 1;
  } catch (const Error& error) {
    write_out(error.message() + "\n");
    return 1;
  }
}

config::Schema healthcheck_schema() {
  return {.command = "healthcheck",
          .summary = "Asks a sidekick in this container whether it is healthy: exits with 0 or 1.",
          .arguments = "[URL]",
          .description = "For a HEALTHCHECK or an exec probe in images without curl. Prints one line.",
          .settings =
              {
                  {.name = "http",
                   .value_name = "[HOST:]PORT",
                   .help = "address on which that sidekick listens, as in its own settings; a URL argument comes first",
                   .group = whom,
                   .peer_variables = "GITSYNC_HTTP_BIND"},
                  {.name = "ready",
                   .help = "check readiness (/readyz) and not only liveness (/healthz)",
                   .group = whom,
                   .arity = Arity::flag},
                  {.name = "timeout",
                   .value_name = "DURATION",
                   .help = "how long to wait for the answer",
                   .group = whom,
                   .fallback = "3s"},
                  {.name = "man", .help = "print the manual page and exit", .group = whom, .arity = Arity::flag},
                  {.name = "help",
                   .alias = "help-all",
                   .help = "print this help and exit",
                   .group = whom,
                   .arity = Arity::flag},
                  {.name = "version", .help = "print the version and exit", .group = whom, .arity = Arity::flag},
              },
          .file_keys = {},
          .variables = "SIDEKICK_HTTP is --http; all other variables are those of the job in the same container.",
          .exit_codes = "0 healthy, 1 not healthy or no answer, 64 usage, 78 configuration."};
}

int run_healthcheck(const Invocation& invocation) {
  const auto schema = healthcheck_schema();
  const auto settings = config::resolve(schema, invocation.words, own_part(invocation.environment));
  if (settings.values.flag("help")) {
    write_out(config::help(schema, config::Extent::all));
    return 0;
  }
  if (settings.values.flag("man")) {
    write_out(config::man_page(schema, SIDEKICK_VERSION));
    return 0;
  }
  if (settings.values.flag("version")) return run_version(invocation);
  const auto timeout = settings.values.duration("timeout").value_or(std::chrono::seconds(3));
  if (timeout.count() == 0) throw settings.values.bad_value("timeout", "a limit of zero");
  return check(url_to_ask(settings), timeout);
}

}  // namespace

const Command healthcheck_command{
    .name = "healthcheck",
    .peer = "",
    .summary = "asks a sidekick in this container whether it is healthy: exits with 0 or 1",
    .schema = healthcheck_schema,
    .run = run_healthcheck,
};

}  // namespace sidekick::cli
