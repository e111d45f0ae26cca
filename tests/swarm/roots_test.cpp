// The same binary in different roots: names, certificates, time zones, and what PID 1 owes.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/eventually.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/swarm/stack.hpp"

using namespace sidekick::test;

namespace {

const std::string archive = SIDEKICK_SOURCE_DIR "/examples/swarm-seed/shop.archive.gz";

void need_all_roots() {
  need_swarm();
  need_image("busybox");
  need_image("debian");
}

std::vector<std::string> all_roots() {
  return {sidekick_image(), "sidekick-test-busybox", "sidekick-test-debian"};
}

/// A container that waits for a database that never comes, as PID 1.
class Waiting final {
 public:
  explicit Waiting(const std::string& image)
      : id_(lines_of(docker({"run", "--detach", "--network", "none", "--volume", archive + ":/shop.archive.gz:ro",
                             image, "restore", "--uri=mongodb://127.0.0.1:1/", "--archive=/shop.archive.gz"}))
                .at(0)) {}
  ~Waiting() { run_docker({"rm", "--force", id_}); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  const std::string& id() const { return id_; }

  bool says(const std::string& text) const {
    return eventually(30s, [&] { return run_docker({"logs", id_}).err.find(text) != std::string::npos; });
  }

  std::string shell(const std::string& script) const { return docker({"exec", id_, "/bin/sh", "-c", script}); }

 private:
  std::string id_;
};

// A certificate for the host `mongo`, and the authority that signed it.
void make_certificates(const TempDir& folder) {
  const auto openssl = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "openssl");
    const auto made = run({words, {}, "/dev/null", folder.path()}, 30s);
    INFO(made.describe());
    REQUIRE(made.exit_code == 0);
  };
  openssl({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=authority of a test",
           "-keyout", "authority.key", "-out", "authority.pem"});
  openssl(
      {"req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=mongo", "-keyout", "server.key", "-out", "server.csr"});
  write_file(folder / "names", "subjectAltName=DNS:mongo\n");
  openssl({"x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial",
           "-days", "3650", "-extfile", (folder / "names").string(), "-out", "server.crt"});
  write_file(folder / "server.pem", read_file(folder / "server.crt") + read_file(folder / "server.key"));
}

}  // namespace

TEST_CASE("In a scratch, a busybox and a Debian root it finds the database by the name of its service") {
  need_all_roots();
  need_image("mongo");
  const Stack stack("roots");
  stack.deploy({"roots.yml"});
  for (const std::string service : {"in_scratch", "in_busybox", "in_debian"}) {
    const bool complete = stack.reaches(service, "complete");
    INFO(stack.describe(service));
    CHECK(complete);
    CHECK(stack.database().documents(service, {{"find", "fruits"}}).size() == 3);
  }
}

TEST_CASE("A server's certificate is checked against the image's authorities, or those of SSL_CERT_FILE") {
  need_swarm();
  need_image("mongo");
  const TempDir certificates;
  make_certificates(certificates);
  const Stack stack("tls");
  stack.deploy({"tls.yml"}, {{"CERTIFICATES", certificates.path().string()}});
  for (const std::string service : {"usual", "named"}) {
    const bool complete = stack.reaches(service, "complete");
    INFO(stack.describe(service));
    CHECK(complete);
  }
  const bool failed = stack.reaches("distrustful", "failed");
  INFO(stack.describe("distrustful"));
  CHECK(failed);
  CHECK(stack.tasks("distrustful").front().exit_code == 77);
  CHECK(eventually(30s, [&] { return stack.log("distrustful").find("ertificate") != std::string::npos; }));
}

TEST_CASE("A time zone that nobody knows is an error of configuration in every root") {
  need_all_roots();
  for (const auto& image : all_roots()) {
    const auto ended = run_docker({"run", "--rm", "--network", "none", "--env", "TZ=Nowhere/Land", image, "restore",
                                   "--uri=mongodb://127.0.0.1:1/", "--archive=/shop.archive.gz"});
    INFO(image << ": " << ended.describe());
    CHECK(ended.exit_code == 78);
    CHECK(ended.err.find("Nowhere/Land") != std::string::npos);
  }
}

TEST_CASE("As PID 1 it ends with 143 by TERM and with 130 by INT, in every root") {
  need_all_roots();
  for (const auto& image : all_roots())
    for (const auto& [signal, code] : {std::pair{"TERM", "143\n"}, std::pair{"INT", "130\n"}}) {
      const Waiting container(image);
      INFO(image << " " << signal << ": " << run_docker({"logs", container.id()}).err);
      REQUIRE(container.says("retrying"));
      docker({"kill", "--signal", signal, container.id()});
      CHECK(docker({"wait", container.id()}) == code);
    }
}

TEST_CASE("As PID 1 it reaps the orphans that others leave to it") {
  need_all_roots();
  const Waiting container("sidekick-test-busybox");
  REQUIRE(container.says("retrying"));
  container.shell("mkfifo /tmp/fifo; cat /tmp/fifo >/dev/null 2>&1 & exit 0");
  const auto orphans = [&] {
    return container.shell("ps -o ppid,comm | while read p c; do [ \"$p $c\" = '1 cat' ] && echo $c; done; true");
  };
  REQUIRE(eventually(10s, [&] { return orphans() == "cat\n"; }));
  container.shell("echo >/tmp/fifo");
  CHECK(eventually(10s, [&] { return orphans().empty(); }));
}

TEST_CASE("The image is small, tells what it is, and runs as anyone with a root that is read-only") {
  need_swarm();
  const auto inspect = [](const std::string& format) {
    return lines_of(docker({"image", "inspect", "--format", format, sidekick_image()})).at(0);
  };
  CHECK(std::stol(inspect("{{.Size}}")) <= 25'000'000);
  CHECK(inspect("{{json .Config.Entrypoint}}") == R"(["/sidekick"])");
  CHECK(inspect("{{json .Config.User}}") == R"("")");
  CHECK(inspect(R"({{index .Config.Labels "org.opencontainers.image.title"}})") == "sidekick");
  CHECK(inspect(R"({{index .Config.Labels "org.opencontainers.image.licenses"}})") == "Apache-2.0");
  const auto version = run_docker({"run", "--rm", "--network", "none", "--read-only", "--user", "12345:12345",
                                   "--cap-drop", "ALL", "--env", "TZ=Europe/Zurich", sidekick_image(), "--version"});
  INFO(version.describe());
  CHECK(version.exit_code == 0);
  CHECK(version.out.find(inspect(R"({{index .Config.Labels "org.opencontainers.image.version"}})")) !=
        std::string::npos);
}
