#include "tests/support/s3_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "sidekick/dial.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/ports.hpp"

namespace sidekick::test {

std::string versitygw_program() {
  Command fetch{{SIDEKICK_SOURCE_DIR "/tests/servers/versitygw"}};
  if (const char* cache = std::getenv("SIDEKICK_CACHE")) fetch.environment.emplace_back("SIDEKICK_CACHE", cache);
  const Finished got = run(fetch, 600s);
  if (got.exit_code != 0) {
    const char* ci = std::getenv("CI");
    if (ci && std::string(ci) == "true") FAIL("versitygw is not available: " << got.describe());
    SKIP("versitygw is not available: " << got.err);
  }
  return got.out.substr(0, got.out.find('\n'));
}

S3Server::S3Server(S3ServerSettings settings) : settings_(std::move(settings)), program_(versitygw_program()) {
  std::filesystem::create_directories(bucket());
  std::filesystem::create_directory(folder_ / "attributes");
  for (int attempt = 1;; attempt++) {
    port_ = free_port();
    try {
      start();
      return;
    } catch (const std::runtime_error&) {
      if (attempt == 5 || child_->wait(0s).exit_code <= 0) throw;
    }
  }
}

std::string S3Server::endpoint() const {
  return (settings_.certificates ? "https://" : "http://") + settings_.host + ":" + std::to_string(port_);
}

void S3Server::kill() {
  child_->signal(SIGKILL);
  child_->wait(10s);
}

void S3Server::start() {
  // So that a server never outlives a test that was itself killed.
  Command command{{"setpriv", "--pdeathsig", "KILL", program_, "--port", settings_.host + ":" + std::to_string(port_),
                   "--region", settings_.region, "--keep-alive", "--access-log", "stdout"}};
  const auto add = [&](const std::vector<std::string>& words) {
    command.words.insert(command.words.end(), words.begin(), words.end());
  };
  if (settings_.certificates) {
    const auto file = settings_.certificates->server().string();
    add({"--cert", file, "--key", file});
  }
  if (!settings_.virtual_domain.empty()) add({"--virtual-domain", settings_.virtual_domain});
  add(settings_.flags);
  // Not every filesystem that tests run on has attributes of users.
  add({"posix", "--sidecar", (folder_ / "attributes").string(), (folder_ / "data").string()});
  command.environment = {{"ROOT_ACCESS_KEY_ID", access_key()}, {"ROOT_SECRET_ACCESS_KEY", secret_key()}};
  child_ = std::make_unique<Child>(command);
  wait_until_ready();
}

void S3Server::wait_until_ready() {
  const auto ready = eventually(20s, [this] {
    return !child_->running() || dial(settings_.host, port_, std::chrono::seconds(1), CancelToken()).fd;
  });
  if (ready && child_->running()) return;
  throw std::runtime_error("versitygw does not start:\n" + log());
}

}  // namespace sidekick::test
