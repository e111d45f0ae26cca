#include "storage/s3/role_sources.hpp"

#include <stdexcept>

#include "sidekick/error.hpp"
#include "sidekick/json.hpp"
#include "storage/s3/xml.hpp"

namespace sidekick::storage::s3 {

namespace {

std::string text_of(const boost::json::value& object, std::string_view name) {
  const auto* text = json_string(object, name);
  return text == nullptr ? std::string() : std::string(*text);
}

}  // namespace

RoleSettings role_settings_from(const std::map<std::string, std::string>& environment) {
  const auto value = [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  const auto first = [&](const char* name, const char* other) {
    const auto text = value(name);
    return text.empty() ? value(other) : text;
  };
  RoleSettings out{.web_identity_token_file = value("AWS_WEB_IDENTITY_TOKEN_FILE"),
                   .role_arn = value("AWS_ROLE_ARN"),
                   .role_session_name = value("AWS_ROLE_SESSION_NAME"),
                   .sts_endpoint = first("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"),
                   .container_relative_uri = value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
                   .container_full_uri = value("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
                   .container_token = Secret(value("AWS_CONTAINER_AUTHORIZATION_TOKEN")),
                   .container_token_file = value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
                   .metadata_endpoint = value("AWS_EC2_METADATA_SERVICE_ENDPOINT"),
                   .metadata_disabled = value("AWS_EC2_METADATA_DISABLED") == "true"};
  const auto mode = value("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
  if (out.metadata_endpoint.empty() && (mode == "IPv6" || mode == "ipv6"))
    out.metadata_endpoint = "http://[fd00:ec2::254]";
  return out;
}

std::shared_ptr<Role> role_of(const RoleSettings& settings, const std::string& region, const HttpSettings& http,
                              Instances instances) {
  if (settings.web_identity_token_file.empty() != settings.role_arn.empty() &&
      !settings.web_identity_token_file.empty())
    throw Error(ErrorKind::config, "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN", "set both");
  if (!settings.web_identity_token_file.empty())
    return std::make_shared<Role>(web_identity_role(settings, region, http));
  if (!settings.container_relative_uri.empty() || !settings.container_full_uri.empty())
    return std::make_shared<Role>(container_role(settings, http.tls));
  if (settings.metadata_disabled) return nullptr;
  if (instances == Instances::not_asked && settings.metadata_endpoint.empty()) return nullptr;
  return std::make_shared<Role>(instance_role(settings));
}

std::string aws_domain(std::string_view region) {
  return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

Grant grant_of_json(const std::string& body, const std::string& where) {
  boost::json::value answer;
  try {
    answer = parse_json(body);
  } catch (const std::invalid_argument&) {
    throw Error(ErrorKind::data, where + ": the answer is not JSON");
  }
  Grant out{
      {text_of(answer, "AccessKeyId"), Secret(text_of(answer, "SecretAccessKey")), Secret(text_of(answer, "Token"))}};
  if (out.credentials.access_key.empty() || out.credentials.secret_key.empty())
    throw Error(ErrorKind::data, where + ": the answer holds no credentials");
  const auto ends = text_of(answer, "Expiration");
  if (ends.empty()) return out;
  out.ends = parse_time(ends);
  if (!out.ends) throw Error(ErrorKind::data, where + ": the answer has an invalid expiry time");
  return out;
}

}  // namespace sidekick::storage::s3
