/// Sources of credentials for S3 on AWS: the variables and addresses that AWS's own tools use.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "sidekick/http_client.hpp"
#include "sidekick/secret.hpp"
#include "storage/s3/role.hpp"

namespace sidekick::storage::s3 {

/// The settings of roles in the environment. Empty: not given.
struct RoleSettings {
  std::string web_identity_token_file;
  std::string role_arn;
  std::string role_session_name;
  std::string sts_endpoint;  ///< empty: AWS's of the region
  std::string container_relative_uri;
  std::string container_full_uri;
  Secret container_token;
  std::string container_token_file;
  std::string metadata_endpoint;  ///< empty: that of EC2
  bool metadata_disabled = false;
};

/// Reads AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME, AWS_ENDPOINT_URL_STS (else
/// AWS_ENDPOINT_URL), AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI, AWS_CONTAINER_AUTHORIZATION_TOKEN and
/// _TOKEN_FILE, AWS_EC2_METADATA_SERVICE_ENDPOINT and _ENDPOINT_MODE, and AWS_EC2_METADATA_DISABLED.
RoleSettings role_settings_from(const std::map<std::string, std::string>& environment);

/// Whether to use the instance metadata: only where it is likely to exist, as a request without an answer takes its
/// whole timeout.
enum class Instances { asked, not_asked };

/// The first role that `settings` name of a web identity, a container and the instance; null where there is none. Sends
/// no request yet. `http` is for web identities; the others are never reached through a proxy. Throws Error of kind
/// config for contradictory settings, and for a forbidden address of a container.
std::shared_ptr<Role> role_of(const RoleSettings& settings, const std::string& region, const HttpSettings& http,
                              Instances instances);

/// "amazonaws.com", or its equivalent in China.
std::string aws_domain(std::string_view region);

/// Throws Error of kind config unless credentials may be requested at `uri`: https, or http to this machine, to an
/// agent of ECS (169.254.170.2) or of EKS (169.254.170.23, fd00:ec2::23). Elsewhere anyone on the path could read them.
/// Pure.
void require_container_address(const std::string& uri);

/// The kinds of Role, one per source.
Role::Ask instance_role(const RoleSettings& settings);
Role::Ask container_role(const RoleSettings& settings, const TlsSettings& tls);
Role::Ask web_identity_role(const RoleSettings& settings, const std::string& region, const HttpSettings& http);

/// The answer of an instance or a container (JSON). `where` begins the message of the Error of kind data, which
/// contains nothing of the answer.
Grant grant_of_json(const std::string& body, const std::string& where);

}  // namespace sidekick::storage::s3
