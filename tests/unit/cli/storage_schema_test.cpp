#include "agent/cli/backup/storage_schema.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/recorder.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::cli;

namespace {

storage::Access told(const std::vector<std::string>& words, const config::Environment& environment = {}) {
  const config::Schema schema{.command = "x",
                              .summary = {},
                              .arguments = {},
                              .description = {},
                              .settings = storage_settings(),
                              .file_keys = {}};
  test::Recorder recorder;
  status::JobLog log(recorder, "x", 1);
  return storage_access(config::resolve(schema, words, environment).values, environment, log);
}

}  // namespace

TEST_CASE("a storage is reached as the flags say") {
  const auto out =
      told({"--s3-endpoint=https://s3.example:9000/", "--s3-region=eu-1", "--s3-access-key=id", "--s3-secret-key=key",
            "--s3-addressing=virtual", "--ca-file=/ca", "--insecure", "--ssh-key-file=/a", "--ssh-key-file=/b",
            "--ssh-known-hosts-file=/known", "--ssh-password=pw", "--ssh-key-passphrase=pp"},
           {{"https_proxy", "http://proxy:3128"}});
  CHECK(out.s3_endpoint == "https://s3.example:9000/");
  CHECK(out.s3_region == "eu-1");
  CHECK(out.s3_access_key == "id");
  CHECK(out.s3_secret_key.reveal() == "key");
  CHECK(out.s3_addressing == storage::Access::Addressing::virtual_host);
  CHECK(out.http.tls.ca_file == "/ca");
  CHECK_FALSE(out.http.tls.verify);
  CHECK(out.http.proxies.https == "http://proxy:3128");
  CHECK(out.ssh_key_files == std::vector<std::string>{"/a", "/b"});
  CHECK(out.ssh_known_hosts_file == "/known");
  CHECK(out.ssh_password.reveal() == "pw");
  CHECK(out.ssh_key_passphrase.reveal() == "pp");
  CHECK(out.ssh_check_host);
  CHECK_FALSE(told({"--ssh-known-hosts=false"}).ssh_check_host);
}

TEST_CASE("the variables of the tools of AWS count and ours beat them") {
  const config::Environment aws{{"AWS_ACCESS_KEY_ID", "id"},    {"AWS_SECRET_ACCESS_KEY", "key"},
                                {"AWS_SESSION_TOKEN", "token"}, {"AWS_REGION", "eu-2"},
                                {"AWS_DEFAULT_REGION", "eu-3"}, {"AWS_ENDPOINT_URL", "http://s3:9000"}};
  const auto out = told({}, aws);
  CHECK(out.s3_access_key == "id");
  CHECK(out.s3_secret_key.reveal() == "key");
  CHECK(out.s3_session_token.reveal() == "token");
  CHECK(out.s3_region == "eu-2");
  CHECK(out.s3_endpoint == "http://s3:9000");
  auto ours = aws;
  ours["SIDEKICK_S3_REGION"] = "eu-4";
  CHECK(told({}, ours).s3_region == "eu-4");
  CHECK(told({}, {{"AWS_REGION", ""}}).s3_region == "us-east-1");
}

TEST_CASE("the keys of a storage come from files too") {
  const test::TemporaryFolder folder;
  const auto path = folder.file("secret", "from a file\n");
  CHECK(told({"--s3-secret-key-file=" + path}).s3_secret_key.reveal() == "from a file");
  CHECK(told({}, {{"SIDEKICK_S3_ACCESS_KEY_FILE", path}}).s3_access_key == "from a file");
  CHECK(told({"--ssh-password-file=" + path}).ssh_password.reveal() == "from a file");
}

TEST_CASE("an endpoint that is none is refused and its login not told") {
  for (const std::string endpoint : {"s3.example:9000", "ftp://s3.example", "https://me:hidden@s3.example"}) {
    const auto error = test::error_of([&] { told({"--s3-endpoint=" + endpoint}); });
    INFO(endpoint);
    REQUIRE(error);
    CHECK_FALSE(test::mentions(*error, "hidden"));
  }
  CHECK(test::error_of([] { told({"--s3-addressing=dns"}); }));
}

TEST_CASE("an endpoint without a scheme is told how to write it") {
  for (const std::string endpoint : {"minio:9000", "s3.example", "ftp://s3.example"}) {
    const auto error = test::error_of([&] { told({"--s3-endpoint=" + endpoint}); });
    REQUIRE(error);
    INFO(error->message());
    CHECK(error->message().find("--s3-endpoint") != std::string::npos);
    CHECK(error->hint().find("--s3-endpoint=https://") != std::string::npos);
  }
}
