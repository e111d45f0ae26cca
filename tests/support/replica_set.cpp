#include "tests/support/replica_set.hpp"

#include <optional>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace sidekick::test {

namespace {

bool is_primary(const Mongod& member) {
  try {
    return member.client().command("admin", R"({"isMaster":1})").at("ismaster").as_bool();
  } catch (const MongoFailure&) {
    return false;
  }
}

}  // namespace

ReplicaSet::ReplicaSet(const std::string& version, const std::vector<std::string>& more_flags) {
  std::vector<std::string> flags{"--replSet", "rs"};
  flags.insert(flags.end(), more_flags.begin(), more_flags.end());
  for (auto& member : members_)
    member = std::make_unique<Mongod>(MongodSettings{
        .version = version, .flags = flags, .uri_options = "&connectTimeoutMS=1000&socketTimeoutMS=5000"});
}

void ReplicaSet::initiate() {
  std::string list;
  for (std::size_t i = 0; i < size; i++)
    list += std::string(i ? "," : "") + R"({"_id":)" + std::to_string(i) + R"(,"host":")" + member(i).address() + "\"}";
  member(0).client().command("admin",
                             R"({"replSetInitiate":{"_id":"rs","members":[)" + list +
                                 R"(],"settings":{"electionTimeoutMillis":1500,"heartbeatIntervalMillis":300}}})");
  primary();
}

std::string ReplicaSet::uri() const {
  std::string list;
  for (const auto& member : members_) list += (list.empty() ? "" : ",") + member->address();
  return "mongodb://" + list + "/?replicaSet=rs";
}

std::size_t ReplicaSet::primary(std::size_t except) const {
  std::optional<std::size_t> found;
  const bool there = eventually(60s, [&] {
    for (std::size_t i = 0; i < size && !found; i++)
      if (i != except && is_primary(*members_[i])) found = i;
    return found.has_value();
  });
  if (!there) throw std::runtime_error("the replica set has no primary");
  return *found;
}

void ReplicaSet::step_down() {
  member(primary()).client().command("admin", R"({"replSetStepDown":10,"secondaryCatchUpPeriodSecs":2,"force":true})");
}

}  // namespace sidekick::test
