// IMDSv2: docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
#include "sidekick/error.hpp"
#include "storage/s3/role_sources.hpp"

namespace sidekick::storage::s3 {

namespace {

constexpr std::chrono::milliseconds time_limit{1'000};
constexpr std::string_view roles_path = "/latest/meta-data/iam/security-credentials/";
// A lost packet is sent again.
constexpr int most_tries = 2;

class Instance final {
 public:
  explicit Instance(std::string endpoint) : endpoint_(std::move(endpoint)) {
    while (endpoint_.ends_with('/')) endpoint_.pop_back();
  }

  Grant ask(const CancelToken& cancel) const {
    HttpClient client({.connect_timeout = time_limit, .idle_timeout = time_limit});
    const auto token = session_token(client, cancel);
    const auto names = get(client, std::string(roles_path), token, cancel);
    const auto name = names.substr(0, names.find_first_of("\r\n"));
    const auto body = get(client, std::string(roles_path) + name, token, cancel);
    return grant_of_json(body, where() + ", role '" + name + "'");
  }

 private:
  std::string where() const { return "no credentials for S3 from the instance metadata at '" + endpoint_ + "'"; }

  std::string session_token(HttpClient& client, const CancelToken& cancel) const {
    const HttpRequest request{.method = "PUT",
                              .url = endpoint_ + "/latest/api/token",
                              .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "300"}},
                              .timeout = time_limit};
    for (int tries = 1;; tries++) try {
        const auto response = client.send(request, cancel);
        if (response.status == 200) return response.body;
        throw Error(ErrorKind::config, where() + ": it answers " + std::to_string(response.status) + " for a session",
                    "enable IMDSv2 for the instance, or give --s3-access-key and --s3-secret-key-file");
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::unavailable) throw;
        if (tries == most_tries)
          throw Error(
              ErrorKind::config, where() + ": no answer within 1 s",
              "give --s3-access-key and --s3-secret-key-file, or attach a role; a container on a bridge network "
              "needs 'aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2'");
      }
  }

  std::string get(HttpClient& client, const std::string& path, const std::string& token,
                  const CancelToken& cancel) const {
    const auto response = client.send(
        {.url = endpoint_ + path, .headers = {{"X-aws-ec2-metadata-token", token}}, .timeout = time_limit}, cancel);
    if (response.status == 200 && !response.body.empty()) return response.body;
    if (response.status == 404 || response.status == 200)
      throw Error(ErrorKind::config, where() + ": the instance has no role",
                  "attach an instance profile, or give --s3-access-key and --s3-secret-key-file");
    throw Error(response.status / 100 == 5 ? ErrorKind::unavailable : ErrorKind::denied,
                where() + ": it answers " + std::to_string(response.status));
  }

  std::string endpoint_;
};

}  // namespace

Role::Ask instance_role(const RoleSettings& settings) {
  const Instance instance(settings.metadata_endpoint.empty() ? "http://169.254.169.254" : settings.metadata_endpoint);
  return [instance](const CancelToken& cancel) { return instance.ask(cancel); };
}

}  // namespace sidekick::storage::s3
