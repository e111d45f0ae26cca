// Passwords and certificates, against servers that ask for them.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/certificates.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/server_state.hpp"
#include "tests/support/sidekick.hpp"

using namespace sidekick::test;

namespace {

constexpr const char* password = "p@ss/w:rd%";
constexpr const char* escaped_password = "p%40ss%2Fw%3Ard%25";

std::string archive() {
  return "--archive=" + test_data("shop.archive.gz").string();
}

// A server that lets nobody in but root.
class Guarded final {
 public:
  explicit Guarded(const std::string& version = "6.0.5") : server_({.version = version, .flags = {"--auth"}}) {
    server_.client().command("admin",
                             std::string(R"({"createUser":"root","pwd":")") + password + R"(","roles":["root"]})");
  }
  const Mongod& operator*() const { return server_; }
  std::int64_t fruits() const {
    const auto reply = server_.client("root", escaped_password).command("shop", R"({"count":"fruits"})");
    return integer(reply.at("n"));
  }

 private:
  Mongod server_;
};

class Tls final {
 public:
  const Certificates certificates;
  const Mongod server{{.flags = {"--tlsMode", "requireTLS", "--tlsCertificateKeyFile", certificates.server().string(),
                                 "--tlsCAFile", certificates.authority().string()},
                       .uri_options = "&tls=true&tlsCAFile=" + certificates.authority().string() +
                                      "&tlsCertificateKeyFile=" + certificates.client().string()}};

  std::string address() const { return "--uri=mongodb://" + server.address() + "/"; }
  bool restored() const { return read_namespaces(server.client()).contains("shop.fruits"); }
};

}  // namespace

TEST_CASE("a restore logs in by flags on every version of the server") {
  for (const char* version : {"4.4.2", "5.0.4", "6.0.5"}) {
    const Guarded guarded(version);
    const Finished finished = restore({"--host=127.0.0.1", "--port=" + std::to_string((*guarded).port()), "-u", "root",
                                       "-p", password, "--authenticationDatabase=admin", archive()});
    INFO(version << ": " << finished.describe());
    CHECK(finished.exit_code == 0);
    CHECK(guarded.fruits() == 3);
    CHECK(finished.err.find(password) == std::string::npos);
  }
}

TEST_CASE("a restore logs in by a URI with an escaped password") {
  const Guarded guarded;
  const Finished finished =
      restore({std::string("--uri=mongodb://root:") + escaped_password + "@" + (*guarded).address() + "/", archive()});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(guarded.fruits() == 3);
  CHECK(finished.err.find("p%40ss") == std::string::npos);
}

TEST_CASE("a restore reads its password from a file, one newline cut") {
  const Guarded guarded;
  const TempDir folder;
  write_file(folder / "password", std::string(password) + "\n");
  const Finished finished = restore({"--uri=mongodb://" + (*guarded).address() + "/", "--username=root",
                                     "--password-file=" + (folder / "password").string(), archive()});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(guarded.fruits() == 3);
}

TEST_CASE("a wrong password ends with 77 after three tries within 20 s and is never printed") {
  const Guarded guarded;
  const Finished finished = restore({"--uri=mongodb://root:open-sesame@" + (*guarded).address() + "/", archive()}, 40s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 77);
  CHECK(finished.wall < 20s);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(error_lines(finished)[0].find("uthenticat") != std::string::npos);
  CHECK(finished.err.find("open-sesame") == std::string::npos);
}

TEST_CASE("a server that wants a password and gets none is denied") {
  const Guarded guarded;
  const Finished finished = restore({"--uri=mongodb://" + (*guarded).address() + "/", archive()}, 40s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 77);
  CHECK(error_lines(finished).size() == 1);
}

TEST_CASE("a refusal after standard input was read ends at once with its own code") {
  const Guarded guarded;
  (*guarded)
      .client("root", escaped_password)
      .command("admin", R"({"createUser":"reader","pwd":"reader","roles":["readAnyDatabase"]})");
  Command command = restore_command({"--uri=mongodb://reader:reader@" + (*guarded).address() + "/", "--archive"});
  command.input = test_data("shop.archive.gz");
  const Finished finished = run(command, 60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 77);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(error_lines(finished)[0].find("cannot create 'shop.fruits'") != std::string::npos);
}

TEST_CASE("a user that is created while the restore tries again lets it in") {
  const Guarded guarded;
  Child child(restore_command({"--uri=mongodb://late:late@" + (*guarded).address() + "/", archive()}));
  REQUIRE(eventually(10s, [&] { return !child.err().empty(); }));
  (*guarded)
      .client("root", escaped_password)
      .command("admin", R"({"createUser":"late","pwd":"late","roles":["root"]})");
  const Finished finished = child.wait(30s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(guarded.fruits() == 3);
}

TEST_CASE("TLS with a client certificate and the server's own authority") {
  const Tls tls;
  const Finished finished = restore({tls.address(), "--ssl", "--sslCAFile=" + tls.certificates.authority().string(),
                                     "--sslPEMKeyFile=" + tls.certificates.client().string(), archive()});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(tls.restored());
}

TEST_CASE("a server whose certificate another authority signed is refused") {
  const Tls tls;
  const Finished finished =
      restore({tls.address(), "--ssl", "--sslCAFile=" + tls.certificates.other_authority().string(),
               "--sslPEMKeyFile=" + tls.certificates.client().string(), "--retry-for=3s", archive()},
              60s);
  INFO(finished.describe());
  CHECK(finished.exit_code != 0);
  CHECK_FALSE(finished.timed_out);
  REQUIRE(error_lines(finished).size() == 1);
  CHECK(error_lines(finished)[0].find("certificate") != std::string::npos);
  CHECK_FALSE(tls.restored());
}

TEST_CASE("a server without a trusted certificate is taken with --tlsInsecure alone") {
  const Tls tls;
  const Finished finished = restore(
      {tls.address(), "--ssl", "--tlsInsecure", "--sslPEMKeyFile=" + tls.certificates.client().string(), archive()});
  INFO(finished.describe());
  CHECK(finished.exit_code == 0);
  CHECK(tls.restored());
}

TEST_CASE("a server that wants TLS and is spoken to without it is a clear error") {
  const Tls tls;
  const Finished finished = restore({tls.address(), "--retry-for=3s", archive()}, 60s);
  INFO(finished.describe());
  CHECK(finished.exit_code == 78);
  CHECK(error_lines(finished).size() == 1);
  CHECK_FALSE(tls.restored());
}
