#include "tests/support/guarded_mongod.hpp"

#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/slow_dump.hpp"

namespace sidekick::test {

namespace fs = std::filesystem;

GuardedMongod::GuardedMongod(const std::string& version, Form form, const std::string& root_password)
    : root_password_(root_password) {
  auto flags = test_commands;
  if (form == Form::standalone) {
    flags.emplace_back("--auth");
  } else {
    write_file(folder_ / "key", "c2lkZWtpY2sgdGVzdHMga2V5");
    fs::permissions(folder_ / "key", fs::perms::owner_read);
    flags.insert(flags.end(), {"--replSet", "rs", "--keyFile", (folder_ / "key").string()});
  }
  server_.emplace(MongodSettings{.version = version, .flags = flags});
  // Until there is a user, the server trusts who comes from its own machine.
  const auto first = server_->client();
  if (form == Form::replica_set) {
    first.command("admin",
                  R"({"replSetInitiate":{"_id":"rs","members":[{"_id":0,"host":")" + server_->address() + R"("}]}})");
    if (!eventually(30s, [&] { return first.command("admin", R"({"isMaster":1})").at("ismaster").as_bool(); }))
      throw std::runtime_error("the replica set of one has no primary");
  }
  first.command("admin", R"({"createUser":"root","pwd":")" + root_password + R"(","roles":["root"]})");
}

void GuardedMongod::add_user(const std::string& user, const std::string& role) const {
  root().command("admin", R"({"createUser":")" + user + R"(","pwd":")" + user + R"(","roles":[)" + role + "]}");
}

std::string GuardedMongod::uri_flag(const std::string& user, const std::string& password) const {
  return "--uri=mongodb://" + user + ":" + password + "@" + server_->address() + "/?directConnection=true";
}

bool has_collection(const MongoClient& client, const std::string& db, const std::string& collection) {
  return !client.documents(db, {{"listCollections", 1}, {"filter", {{"name", collection}}}}).empty();
}

}  // namespace sidekick::test
