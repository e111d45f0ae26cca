// AssumeRoleWithWebIdentity: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
#include <algorithm>

#include "sidekick/error.hpp"
#include "sidekick/url.hpp"
#include "storage/s3/role_sources.hpp"
#include "storage/s3/xml.hpp"

namespace sidekick::storage::s3 {

namespace {

// Farther away than an agent on this machine.
constexpr std::chrono::milliseconds time_limit{10'000};
constexpr std::string_view token_setting = "AWS_WEB_IDENTITY_TOKEN_FILE";

Error refusal(const HttpResponse& response, const std::string& where) {
  const auto document = parse_xml(response.body);
  const auto* error = document ? document->child("Error") : nullptr;
  const auto code = error == nullptr ? "" : error->text_of("Code");
  const auto cause = ": " + (code.empty() ? "it answers " + std::to_string(response.status) : code);
  if (response.status / 100 == 5 || response.status == 429 || code == "IDPCommunicationError" || code == "Throttling")
    return {ErrorKind::unavailable, where + cause};
  return {ErrorKind::denied, where + cause, "check that the role of AWS_ROLE_ARN trusts the identity of the token"};
}

Grant grant_of_xml(const std::string& body, const std::string& where) {
  const auto document = parse_xml(body);
  const auto* result = document ? document->child("AssumeRoleWithWebIdentityResult") : nullptr;
  const auto* found = result == nullptr ? nullptr : result->child("Credentials");
  if (found == nullptr) throw Error(ErrorKind::data, where + ": the answer holds no credentials");
  return {{found->text_of("AccessKeyId"), Secret(found->text_of("SecretAccessKey")),
           Secret(found->text_of("SessionToken"))},
          parse_time(found->text_of("Expiration"))};
}

Grant ask(const std::string& endpoint, const RoleSettings& settings, const HttpSettings& http,
          const CancelToken& cancel) {
  const auto where = "no credentials for S3 from '" + parse_url(endpoint).origin() + "'";
  const auto token = read_secret_file(settings.web_identity_token_file, token_setting);
  const auto body =
      query_text({{"Action", "AssumeRoleWithWebIdentity"},
                  {"Version", "2011-06-15"},
                  {"RoleArn", settings.role_arn},
                  {"RoleSessionName", settings.role_session_name.empty() ? "sidekick" : settings.role_session_name},
                  {"WebIdentityToken", token.reveal()}});
  HttpClient client(http);
  const auto response = client.send({.method = "POST",
                                     .url = endpoint,
                                     .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                                     .body = body,
                                     .timeout = time_limit},
                                    cancel);
  if (response.status != 200) throw refusal(response, where);
  auto grant = grant_of_xml(response.body, where);
  if (grant.credentials.access_key.empty() || grant.credentials.secret_key.empty())
    throw Error(ErrorKind::data, where + ": the answer holds no credentials");
  return grant;
}

}  // namespace

Role::Ask web_identity_role(const RoleSettings& settings, const std::string& region, const HttpSettings& http) {
  const auto endpoint =
      settings.sts_endpoint.empty() ? "https://sts." + region + "." + aws_domain(region) + "/" : settings.sts_endpoint;
  return [endpoint, settings, http](const CancelToken& cancel) { return ask(endpoint, settings, http, cancel); };
}

}  // namespace sidekick::storage::s3
