#include "tests/support/mongod.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/ports.hpp"

namespace sidekick::test {

namespace {

// The code mongod ends with where its port is taken.
constexpr int address_in_use = 48;

}  // namespace

std::vector<std::string> mongod_command(const std::string& version) {
  Command fetch{{SIDEKICK_SOURCE_DIR "/tests/servers/mongod", version}};
  if (const char* cache = std::getenv("SIDEKICK_CACHE")) fetch.environment.emplace_back("SIDEKICK_CACHE", cache);
  const Finished got = run(fetch, 300s);
  if (got.exit_code != 0) {
    const char* ci = std::getenv("CI");
    if (ci && std::string(ci) == "true") FAIL("mongod " << version << " is not available: " << got.describe());
    SKIP("mongod " << version << " is not available: " << got.err);
  }
  // So that a server never outlives a test that was itself killed.
  std::vector<std::string> command{"setpriv", "--pdeathsig", "KILL"};
  std::istringstream words(got.out);
  for (std::string word; words >> word;) command.push_back(word);
  return command;
}

Mongod::Mongod(MongodSettings settings) : settings_(std::move(settings)) {
  if (settings_.data_folder.empty()) {
    own_folder_ = std::make_unique<TempDir>();
    settings_.data_folder = own_folder_->path();
  }
  const bool any_port = settings_.port == 0;
  for (int attempt = 1;; attempt++) {
    if (any_port) settings_.port = free_port();
    try {
      start();
      return;
    } catch (const std::runtime_error&) {
      if (!any_port || attempt == 5 || child_->wait(0s).exit_code != address_in_use) throw;
    }
  }
}

std::string Mongod::uri() const {
  return "mongodb://" + address() + "/?directConnection=true" + settings_.uri_options;
}

MongoClient Mongod::client(const std::string& user, const std::string& password) const {
  return MongoClient("mongodb://" + user + ":" + password + "@" + address() + "/?directConnection=true" +
                     settings_.uri_options);
}

void Mongod::kill() {
  child_->signal(SIGKILL);
  child_->wait(10s);
}

void Mongod::start() {
  Command command{mongod_command(settings_.version)};
  const std::vector<std::string> common{"--dbpath",
                                        settings_.data_folder.string(),
                                        "--port",
                                        std::to_string(port()),
                                        "--bind_ip",
                                        "127.0.0.1",
                                        "--nounixsocket",
                                        "--wiredTigerCacheSizeGB",
                                        settings_.cache_gb,
                                        "--setParameter",
                                        "ttlMonitorEnabled=false",
                                        "--setParameter",
                                        "diagnosticDataCollectionEnabled=false"};
  command.words.insert(command.words.end(), common.begin(), common.end());
  command.words.insert(command.words.end(), settings_.flags.begin(), settings_.flags.end());
  child_ = std::make_unique<Child>(command);
  wait_until_ready();
}

void Mongod::wait_until_ready() {
  const bool ready = eventually(60s, [this] {
    if (!child_->running()) return true;
    try {
      client().command("admin", R"({"ping":1})");
      return true;
    } catch (const MongoFailure&) {
      return false;
    }
  });
  if (ready && child_->running()) return;
  const std::string said = log();
  throw std::runtime_error("mongod " + settings_.version + " does not start:\n" +
                           said.substr(said.size() > 4000 ? said.size() - 4000 : 0));
}

}  // namespace sidekick::test
