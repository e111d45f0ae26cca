#include "restore/server.hpp"

#include <cstdio>

#include "mongo/wait_for_greeting.hpp"
#include "sidekick/error.hpp"

namespace sidekick::restore {

using mongo::Bson;

namespace {

Error not_writable(const Bson& hello, const std::string& hosts) {
  if (mongo::truth_of(hello.get(), "isreplicaset"))
    return {ErrorKind::unavailable, "cannot write to '" + hosts + "': the replica set is not initiated",
            "run rs.initiate() once"};
  const auto set = mongo::text_of(hello.get(), "setName");
  const auto primary = mongo::text_of(hello.get(), "primary");
  return {ErrorKind::unavailable,
          "cannot write to '" + hosts + "': it is not the primary" + (primary.empty() ? "" : ", which is " + primary),
          "name the whole set: mongodb://host1,host2,host3/?replicaSet=" + set};
}

std::string too_old(const std::string& ns, const std::string& what, const std::string& needed, const Server& server) {
  return "cannot restore '" + ns + "': it is " + what + ", which needs a server " + needed + " or newer and this is " +
         server.version_text;
}

}  // namespace

ServerVersion parse_version(const std::string& text) {
  ServerVersion v;
  std::sscanf(text.c_str(), "%d.%d.%d", &v.major, &v.minor, &v.patch);
  return v;
}

bool Server::keeps_zero_timestamps() const noexcept {
  const auto& v = version;
  if (v.major >= 8) return true;
  if (v.major == 7 && v.minor == 0) return v.patch >= 13;
  if (v.major == 6 && v.minor == 0) return v.patch >= 17;
  return v.major == 5 && v.minor == 0 && v.patch >= 29;
}

Server find_server(mongo::Pool& pool, JobContext& context) {
  const auto client = pool.client();
  const auto what = "cannot reach '" + pool.hosts() + "'";
  const auto ask = [&] { return client.run("admin", Bson().append("isMaster", 1), what); };
  const auto hello = mongo::wait_for_greeting(pool, what, ask, context);
  const bool writable = mongo::truth_of(hello.get(), "ismaster") || mongo::truth_of(hello.get(), "isWritablePrimary");
  if (!writable) throw not_writable(hello, pool.hosts());
  Server server;
  server.replica_set = hello.has("setName");
  server.sharded = mongo::text_of(hello.get(), "msg") == "isdbgrid";
  server.process = mongo::process_of(hello);
  server.wire_version = static_cast<std::int32_t>(mongo::number_of(hello.get(), "maxWireVersion"));
  const auto build = client.run("admin", Bson().append("buildInfo", 1), what);
  server.version_text = mongo::text_of(build.get(), "version");
  server.version = parse_version(server.version_text);
  return server;
}

void check_same_process(mongo::Pool& pool, const Server& server) {
  const auto hello = pool.client().run("admin", Bson().append("isMaster", 1), "cannot reach '" + pool.hosts() + "'");
  if (mongo::process_of(hello) == server.process) return;
  throw Error(ErrorKind::unavailable, "server '" + pool.hosts() + "' was restarted during the restore",
              "a standalone can lose acknowledged writes: the next attempt compares all documents");
}

void check_server_can_hold(const Server& server, const Plan& plan, const Settings& settings) {
  for (const auto& target : plan.targets) {
    if (!target || !target->is_created()) continue;
    const auto name = target->ns.text();
    const auto refuse = [&](const std::string& what, const std::string& needed) {
      throw Error(ErrorKind::data, too_old(name, what, needed, server),
                  "restore into a newer server, or exclude it with --nsExclude");
    };
    if (target->role == Role::time_series && server.version < ServerVersion{5, 0, 0}) refuse("a time series", "5.0");
    if (target->metadata.options.has("clusteredIndex") && server.version < ServerVersion{5, 3, 0})
      refuse("a clustered collection", "5.3");
    if (!settings.restore_indexes || server.version < ServerVersion{4, 9, 0}) continue;
    for (const auto& index : target->metadata.indexes)
      if (mongo::has_key_value(index, "geoHaystack"))
        throw Error(ErrorKind::data,
                    "cannot restore '" + name + "': its index '" + mongo::text_of(index.get(), "name") +
                        "' is a geoHaystack index, which a server " + server.version_text + " no longer has",
                    "skip all indexes with --noIndexRestore, or this collection with --nsExclude");
  }
}

}  // namespace sidekick::restore
