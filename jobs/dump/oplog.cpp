#include "dump/oplog.hpp"

#include <algorithm>

#include "sidekick/error.hpp"

namespace sidekick::dump {

using mongo::Bson;

namespace {

constexpr std::string_view oplog = "oplog.rs";

Timestamp timestamp_of(const bson_t* document, std::string_view key, const std::string& what) {
  const auto field = mongo::find(document, key);
  if (!field || !BSON_ITER_HOLDS_TIMESTAMP(&*field))
    throw Error(ErrorKind::data, what + ": it has no '" + std::string(key) + "'");
  Timestamp out;
  bson_iter_timestamp(&*field, &out.seconds, &out.ordinal);
  return out;
}

Timestamp end_of_oplog(const mongo::Client& client, const Server& server, int direction, const std::string& what) {
  const auto command = Bson()
                           .append("find", oplog)
                           .append("sort", Bson().append("$natural", direction))
                           .append("limit", 1)
                           .append("singleBatch", true);
  const auto found = run_cursor_on(client, server, "local", command, what);
  if (found.empty()) throw Error(ErrorKind::config, what + ": there is none", "--oplog needs a replica set");
  return timestamp_of(found.front().get(), "ts", what);
}

Bson with_timestamp(std::string_view key, Timestamp value) {
  Bson out;
  bson_append_timestamp(out.get(), key.data(), static_cast<int>(key.size()), value.seconds, value.ordinal);
  return out;
}

Error useless(const std::string& what, const std::string& ns) {
  return {ErrorKind::data, "the oplog cannot be used: " + what + " during the dump, in '" + ns + "'",
          "dump again after that has finished"};
}

void check_command(const bson_t* entry, const std::string& ns) {
  const auto command = mongo::document_of(entry, "o");
  if (command.has("renameCollection")) throw useless("a collection was renamed", ns);
  if (command.has("importCollection")) throw useless("a collection was imported", ns);
  if (command.has("upgradeDowngradeViewlessTimeseries")) throw useless("a time series changed its form", ns);
  const auto created = mongo::text_of(command.get(), "create");
  if (ns.starts_with("config.") && created.find("esharding") != std::string::npos)
    throw useless("a collection was resharded", ns);
}

}  // namespace

Timestamp oplog_start(const mongo::Client& client, const Server& server) {
  // The newest entry first: a transaction that starts while open ones are listed, and has entries by now, is after it.
  const auto newest = newest_entry(client, server);
  const std::string what = "cannot look for open transactions";
  const auto open = Bson::from_json(R"({"state":{"$in":["prepared","inProgress"]}})", what);
  const auto command = Bson()
                           .append("find", "transactions")
                           .append("filter", open)
                           .append("sort", Bson().append("startOpTime", 1))
                           .append("limit", 1)
                           .append("singleBatch", true)
                           .append("readConcern", Bson().append("level", "local"));
  const auto found = run_cursor_on(client, server, "config", command, what);
  if (found.empty()) return newest;
  return std::min(newest, timestamp_of(mongo::document_of(found.front().get(), "startOpTime").get(), "ts", what));
}

Timestamp newest_entry(const mongo::Client& client, const Server& server) {
  return end_of_oplog(client, server, -1, "cannot read the newest entry of the oplog");
}

void check_not_rolled_over(const mongo::Client& client, const Server& server, Timestamp start) {
  if (end_of_oplog(client, server, 1, "cannot read the oldest entry of the oplog") <= start) return;
  throw Error(ErrorKind::data, "the oplog rolled over during the dump: entries since its start are gone",
              "enlarge the oplog, or dump when fewer writes happen; --snapshot needs no oplog");
}

Bson entries_between(Timestamp start, Timestamp end) {
  auto range = with_timestamp("$gte", start);
  range.append_fields(with_timestamp("$lte", end).get(), [](std::string_view) { return true; });
  return std::move(Bson().append("ts", range));
}

void check_entries(const Batch& batch) {
  for (auto left = batch.documents; !left.empty();) {
    const auto length = static_cast<std::size_t>(mongo::frame_length(left.data()));
    const mongo::BsonView entry(left.first(length));
    left = left.subspan(length);
    const auto kind = mongo::text_of(entry.get(), "op");
    if (kind == "n") continue;
    const auto ns = mongo::text_of(entry.get(), "ns");
    if (ns == "admin.system.version") throw useless("the version of users and roles was changed", ns);
    if (kind == "c") check_command(entry.get(), ns);
  }
}

}  // namespace sidekick::dump
