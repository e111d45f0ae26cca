#include "sidekick/secret.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

#include "sidekick/cancel.hpp"
#include "sidekick/clock.hpp"
#include "sidekick/error.hpp"
#include "sidekick/redact.hpp"
#include "tests/unit/support/errors.hpp"
#include "tests/unit/support/temporary_folder.hpp"

using namespace sidekick;
using namespace sidekick::test;

TEST_CASE("a URL loses its credentials and keeps the rest") {
  struct Case {
    const char* url;
    const char* redacted;
  };
  for (const auto& c : std::vector<Case>{{"mongodb://h/db", "mongodb://h/db"},
                                         {"mongodb://u@h/db", "mongodb://h/db"},
                                         {"mongodb://u:p@h/db?x=1", "mongodb://h/db?x=1"},
                                         {"https://h/?token=t&x=1&API_KEY=k", "https://h/?token=***&x=1&API_KEY=***"},
                                         {"https://h/?a;password=p;b", "https://h/?a;password=***;b"},
                                         {"https://h/?password", "https://h/?password"},
                                         {"https://h/?max-keys=1000&key=k", "https://h/?max-keys=1000&key=***"},
                                         {"no url", "no url"},
                                         {"u:p@h/db", "***@h/db"},
                                         {"token@h/db", "***@h/db"},
                                         {"git@h:a/b.git", "git@h:a/b.git"},
                                         {"dir:/srv/a@b", "dir:/srv/a@b"},
                                         {"/srv/a@b", "/srv/a@b"},
                                         {"mongodb://u:pw/db", "mongodb://u:***/db"},
                                         {"mongodb://a:1,b:2,[::1]:3/db", "mongodb://a:1,b:2,[::1]:3/db"},
                                         {"exec: dump mongodb://u:p@h/", "exec: dump mongodb://h/"},
                                         {"", ""},
                                         {"://", "://"}}) {
    INFO(c.url);
    CHECK(redact_url(c.url) == c.redacted);
  }
}

TEST_CASE("any password is removed from a URL") {
  for (const char* url : {"mongodb://u:s3cr3t@h",
                          "mongodb://u:@s3cr3t@h",
                          "mongodb://u:s3cr3t/@h",
                          "mongodb://u:a/s3cr3t@h/db",
                          "mongodb://u:a?s3cr3t@h/db?x",
                          "mongodb://u:a@s3cr3t@h,i/db",
                          "mongodb://:s3cr3t@h",
                          "mongodb://s3cr3t@h",
                          "mongodb://u:p://s3cr3t@h",
                          "mongodb://u:a&token=s3cr3t@h",
                          "mongodb://u:s3cr3t#@h#f",
                          "https://u:s3cr3t@[::1]:1/",
                          "https://h?Password=s3cr3t",
                          "https://h/?X-Amz-Security-Token=s3cr3t",
                          "https://h/?client_secret=s3cr3t&",
                          "mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:s3cr3t",
                          "https://h/?a=b?token=s3cr3t",
                          "root:s3cr3t@h",
                          "root:s3@cr3t:s3cr3t@h",
                          "root:a/s3cr3t@h/db",
                          "s3cr3t@h",
                          "mongodb:/root:s3cr3t@h",
                          "mongodb:root:s3cr3t@h",
                          "//root:s3cr3t@h",
                          "root:s3cr3t://x@h",
                          "root:s3 cr3t s3cr3t@h",
                          "/root:s3cr3t@h",
                          "exec: tool root:s3cr3t@h",
                          "exec: tool u:s3cr3t@h mongodb://u:p@h",
                          "sftp://u:s3cr3t",
                          "mongodb://u:s3cr3t,h:1/",
                          "u:s3cr3t@git@h",
                          "dir:/u:s3cr3t@h",
                          "mongodb://u:p@h/?tlsCertificateKeyFilePassword=s3cr3t"}) {
    INFO(url);
    CHECK(redact_url(url).find("s3cr3t") == std::string::npos);
  }
}

TEST_CASE("a message keeps its words and loses the logins in them") {
  struct Case {
    const char* text;
    const char* redacted;
  };
  for (const auto& c :
       std::vector<Case>{{"cannot reach 'mongodb://u:p@h/': refused", "cannot reach 'mongodb://h/': refused"},
                         {"cannot open 'u:p@h': no such file", "cannot open '***@h': no such file"},
                         {"cannot log in as root@h", "cannot log in as root@h"},
                         {"a  b\tc", "a  b\tc"},
                         {"u:p@q:r@h x", "***@h x"},
                         {"from https://h/a to u:p@h", "from https://h/a to ***@h"},
                         {"", ""}})
    CHECK(redact_words(c.text) == c.redacted);
  CHECK(Error(ErrorKind::config, "cannot use 'sftp://u:s3cr3t@h/'").message() == "cannot use 'sftp://h/'");
}

TEST_CASE("a secret file loses one trailing newline and is bounded") {
  const TemporaryFolder folder;
  CHECK(read_secret_file(folder.file("a", "pw\n\n"), "x").reveal() == "pw\n");
  CHECK(read_secret_file(folder.file("b", ""), "x").empty());
  CHECK(error_of([&] { read_secret_file(folder / "none", "x"); })->kind() == ErrorKind::no_input);
  CHECK(error_of([&] { read_secret_file(folder.file("big", std::string((1 << 20) + 2, 'x')), "x"); })->kind() ==
        ErrorKind::config);
}

TEST_CASE("a wait ends when due or when cancelled, whichever comes first") {
  using namespace std::chrono_literals;
  SystemClock clock;
  CHECK(clock.wait_for(-1s, CancelToken()) == Wake::due);
  CHECK(clock.wait_for(1ms, CancelToken()) == Wake::due);
  CancelSource source;
  const auto token = source.token();
  CHECK_FALSE(token.cancelled());
  source.cancel();
  source.cancel();
  CHECK(clock.wait_for(1h, token) == Wake::cancelled);
  CHECK(error_of([&] { token.throw_if_cancelled(); })->kind() == ErrorKind::cancelled);
}
