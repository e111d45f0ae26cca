#include "tests/support/role_server.hpp"

#include <ctime>

#include "tests/support/s3_server.hpp"

namespace sidekick::test {

namespace {

constexpr const char* session = "a session of IMDSv2";
constexpr const char* roles = "/latest/meta-data/iam/security-credentials/";

bool has(const std::string& request, const std::string& text) {
  return request.find(text) != std::string::npos;
}

std::string end_of(const RoleKeys& keys) {
  const auto ends = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + keys.lifetime);
  std::tm utc{};
  ::gmtime_r(&ends, &utc);
  std::string out(32, '\0');
  out.resize(std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &utc));
  return out;
}

}  // namespace

RoleServer::RoleServer(std::function<RoleKeys(int)> give)
    : give_(std::move(give)), server_([this](TcpPeer& peer) { serve(peer); }) {}

std::vector<std::string> RoleServer::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::string RoleServer::keys_as_json() {
  const auto keys = give_(++given_);
  return R"({"Code":"Success","Type":"AWS-HMAC","AccessKeyId":")" + S3Server::access_key() +
         R"(","SecretAccessKey":")" + S3Server::secret_key() + R"(","Token":")" + keys.session_token +
         R"(","Expiration":")" + end_of(keys) + R"("})";
}

std::string RoleServer::keys_as_xml() {
  const auto keys = give_(++given_);
  return "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>" +
         S3Server::access_key() + "</AccessKeyId><SecretAccessKey>" + S3Server::secret_key() +
         "</SecretAccessKey><SessionToken>" + keys.session_token + "</SessionToken><Expiration>" + end_of(keys) +
         "</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
}

void RoleServer::serve(TcpPeer& peer) {
  while (const auto request = peer.read_request()) {
    const auto what = request->substr(0, request->find(" HTTP/"));
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(what);
    }
    const bool has_session = has(*request, std::string("\r\nX-aws-ec2-metadata-token: ") + session + "\r\n");
    if (what == "PUT /latest/api/token" && has(*request, "\r\nX-aws-ec2-metadata-token-ttl-seconds: "))
      peer.answer("200 OK", session);
    else if (what == std::string("GET ") + roles && has_session)
      peer.answer("200 OK", "backup-role");
    else if (what == std::string("GET ") + roles + "backup-role" && has_session)
      peer.answer("200 OK", keys_as_json());
    else if (what == "GET /agent" && has(*request, "\r\nAuthorization: " + agent_token() + "\r\n"))
      peer.answer("200 OK", keys_as_json());
    else if (what == "POST /sts" && has(*request, "Action=AssumeRoleWithWebIdentity&") &&
             has(*request, "&Version=2011-06-15&WebIdentityToken=header.payload.signature%2B%2F%3D") &&
             has(*request, "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fbackup&"))
      peer.answer("200 OK", keys_as_xml());
    else if (what == "POST /sts")
      peer.answer("400 Bad Request", "<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>");
    else
      peer.answer("401 Unauthorized", "");
  }
}

}  // namespace sidekick::test
