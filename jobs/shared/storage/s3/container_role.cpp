// ECS and EKS Pod Identity: docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "sidekick/error.hpp"
#include "sidekick/url.hpp"
#include "storage/s3/role_sources.hpp"

namespace sidekick::storage::s3 {

namespace {

constexpr std::chrono::milliseconds time_limit{1'000};
constexpr std::string_view ecs_agent = "http://169.254.170.2";

bool is_this_machine(const std::string& host) {
  in_addr address{};
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && ::inet_pton(AF_INET, host.c_str(), &address) == 1);
}

/// Read again for each request: the container runtime renews the file.
Secret authorization_of(const RoleSettings& settings) {
  if (settings.container_token_file.empty()) return settings.container_token;
  return read_secret_file(settings.container_token_file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
}

/// The path of the URL is a secret on ECS: it identifies the task's credentials, and nothing else protects them.
HttpResponse answer_to(const HttpRequest& request, const std::string& where, const TlsSettings& tls,
                       const CancelToken& cancel) {
  HttpClient client({.tls = tls, .connect_timeout = time_limit, .idle_timeout = time_limit});
  try {
    return client.send(request, cancel);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unavailable) throw;
    throw Error(error.kind(), where + ": it does not answer within 1 s", "check that the agent runs, and its address");
  }
}

Grant ask(const std::string& uri, const RoleSettings& settings, const TlsSettings& tls, const CancelToken& cancel) {
  const auto where = "no credentials for S3 from the container's agent at '" + parse_url(uri).origin() + "'";
  HttpRequest request{.url = uri, .headers = {{"Accept", "application/json"}}, .timeout = time_limit};
  if (const auto token = authorization_of(settings); !token.empty())
    request.headers.push_back({"Authorization", token.reveal()});
  const auto response = answer_to(request, where, tls, cancel);
  if (response.status == 200) return grant_of_json(response.body, where);
  const bool is_passing = response.status / 100 == 5 || response.status == 429;
  throw Error(is_passing ? ErrorKind::unavailable : ErrorKind::denied,
              where + ": it answers " + std::to_string(response.status),
              is_passing ? "" : "check the role of the task, or the pod identity association");
}

}  // namespace

void require_container_address(const std::string& uri) {
  constexpr std::array<std::string_view, 3> agents{"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
  const auto url = parse_url(uri);
  if (url.scheme == "https") return;
  if (url.scheme == "http" && (is_this_machine(url.host) || std::ranges::find(agents, url.host) != agents.end()))
    return;
  throw Error(ErrorKind::config, "AWS_CONTAINER_CREDENTIALS_FULL_URI names '" + url.origin() + "'",
              "only https is allowed, or http to this machine or to an agent of ECS or EKS");
}

Role::Ask container_role(const RoleSettings& settings, const TlsSettings& tls) {
  auto uri = settings.container_full_uri;
  if (!settings.container_relative_uri.empty()) {
    if (!settings.container_relative_uri.starts_with('/'))
      throw Error(ErrorKind::config, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with '/'");
    uri = std::string(ecs_agent) + settings.container_relative_uri;
  }
  require_container_address(uri);
  return [uri, settings, tls](const CancelToken& cancel) { return ask(uri, settings, tls, cancel); };
}

}  // namespace sidekick::storage::s3
