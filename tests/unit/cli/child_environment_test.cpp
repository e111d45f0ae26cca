#include "agent/cli/child_environment.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>

#include "agent/cli/backup/settings.hpp"
#include "agent/cli/git_sync/schema.hpp"

using namespace sidekick;
using namespace sidekick::cli;

namespace {

const config::Environment secrets{{"SIDEKICK_S3_SECRET_KEY", "s"},
                                  {"SIDEKICK_SSH_PASSWORD", "s"},
                                  {"SIDEKICK_PASSWORD", "of another command"},
                                  {"SIDEKICK_CREDENTIAL", "of another command"},
                                  {"SIDEKICK_HEADER", "of another command"},
                                  {"SIDEKICK_NOTIFY", "https://hooks.example/token"},
                                  {"SIDEKICK_FROM", "dir:/data\nmongodb://root:pw@mongo/"},
                                  {"SIDEKICK_SCRATCH_URI", "mongodb://root:pw@scratch/"},
                                  {"SIDEKICK_URI", "mongodb://of:another@command/"}};

const config::Environment open{{"PATH", "/bin"},
                               {"PGPASSWORD", "the user's own"},
                               {"DATABASE_URL", "postgres://a:b@c/"},
                               {"SIDEKICK_S3_SECRET_KEY_FILE", "/run/secrets/key"},
                               {"SIDEKICK_TO", "sftp://bob@backup:22/folder"},
                               {"SIDEKICK_JOB", "shop"}};

const config::Environment keys{{"AWS_ACCESS_KEY_ID", "id"},
                               {"AWS_SECRET_ACCESS_KEY", "s"},
                               {"AWS_SESSION_TOKEN", "t"},
                               {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "t"}};

std::set<std::string> names(const config::Schema& schema, config::Environment environment, PeerSecrets peers,
                            const std::vector<std::string>& words = {}) {
  const auto values = config::resolve(schema, words, {}).values;
  std::set<std::string> out;
  for (const auto& entry : child_environment(schema, values, environment, peers))
    out.insert(entry.substr(0, entry.find('=')));
  return out;
}

std::set<std::string> names_of(std::initializer_list<config::Environment> all) {
  std::set<std::string> out;
  for (const auto& each : all)
    for (const auto& variable : each) out.insert(variable.first);
  return out;
}

config::Environment united(std::initializer_list<config::Environment> all) {
  config::Environment out;
  for (const auto& each : all) out.insert(each.begin(), each.end());
  return out;
}

}  // namespace

TEST_CASE("hooks and commands of a backup do not inherit our secrets") {
  const auto all = united({secrets, open, keys});
  CHECK(names(backup_schema(), all, PeerSecrets::dropped) == names_of({open}));
}

TEST_CASE("keys of AWS stay where they are not those of the storage") {
  CHECK(names(backup_schema(), united({open, keys}), PeerSecrets::kept) == names_of({open, keys}));
}

TEST_CASE("a command inherits everything where that is asked for") {
  const auto all = united({secrets, open, keys});
  CHECK(names(backup_schema(), all, PeerSecrets::dropped, {"--pass-environment"}) == names_of({secrets, open, keys}));
}

TEST_CASE("hooks of git-sync keep what its peer hands on and lose what is ours") {
  const config::Environment peer{{"GITSYNC_PASSWORD", "p"}, {"GITSYNC_REPO", "https://a:b@c/"}, {"HOME", "/tmp"}};
  const config::Environment ours{
      {"SIDEKICK_PASSWORD", "p"}, {"SIDEKICK_SYNC_TOKEN", "t"}, {"SIDEKICK_REPO", "https://a:b@c/"}};
  CHECK(names(git_sync_schema(), united({peer, ours}), PeerSecrets::kept) == names_of({peer}));
}
