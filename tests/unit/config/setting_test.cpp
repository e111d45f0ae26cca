#include "agent/config/setting.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick::config;

TEST_CASE("the variable of a flag is its name in capitals with its words apart") {
  CHECK(environment_name("uri") == "SIDEKICK_URI");
  CHECK(environment_name("retry-for") == "SIDEKICK_RETRY_FOR");
  CHECK(environment_name("nsInclude") == "SIDEKICK_NS_INCLUDE");
  CHECK(environment_name("sslPEMKeyPassword") == "SIDEKICK_SSL_PEM_KEY_PASSWORD");
  CHECK(environment_name("sslCAFile") == "SIDEKICK_SSL_CA_FILE");
  CHECK(environment_name("TCPKeepAliveSeconds") == "SIDEKICK_TCP_KEEP_ALIVE_SECONDS");
  CHECK(environment_name("preserveUUID") == "SIDEKICK_PRESERVE_UUID");
  CHECK(environment_name("dryRun") == environment_name("dry-run"));
}

TEST_CASE("the nearest name is found for slips of the finger, and none for another word") {
  const std::vector<std::string_view> names{"dir", "drop", "nsInclude", "nsExclude", "uri"};
  CHECK(nearest("dorp", names) == "drop");
  CHECK(nearest("nsinclude", names) == "nsInclude");
  CHECK(nearest("nsIn", names) == "nsInclude");
  CHECK(nearest("url", names) == "uri");
  CHECK(nearest("checkpoint", names).empty());
  CHECK(nearest_hint("dorp", "--", names) == "did you mean '--drop'?");
}
