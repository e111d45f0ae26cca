#include "tests/support/server_state.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace sidekick::test {

namespace json = boost::json;

namespace {

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

bool left_out(const std::string& db, std::string_view collection) {
  if (collection == "system.views" || collection == "system.profile") return true;
  return db == "admin" && collection.starts_with("system.");
}

// v, key, name and then the rest by name, as expected.json has it.
json::object in_order(const json::object& index) {
  std::vector<std::string> names;
  for (const auto& field : index)
    if (field.key() != "v" && field.key() != "key" && field.key() != "name" && field.key() != "ns")
      names.emplace_back(field.key());
  std::ranges::sort(names);
  names.insert(names.begin(), {"v", "key", "name"});
  json::object sorted;
  for (const auto& name : names) sorted[name] = index.at(name);
  return sorted;
}

json::array indexes_of(const MongoClient& client, const std::string& db, const std::string& collection) {
  std::vector<json::object> all;
  for (const auto& index : client.documents(db, {{"listIndexes", collection}}))
    all.push_back(in_order(index.as_object()));
  std::ranges::sort(all, {}, [](const json::object& index) { return text(index.at("name")); });
  return json::array(all.begin(), all.end());
}

std::int64_t count_of(const MongoClient& client, const std::string& db, const std::string& collection) {
  const json::array pipeline{json::object{{"$group", {{"_id", nullptr}, {"n", {{"$sum", 1}}}}}}};
  const auto answer = client.documents(
      db, {{"aggregate", collection}, {"pipeline", pipeline}, {"cursor", json::object()}, {"allowDiskUse", true}});
  return answer.empty() ? 0 : integer(answer[0].at("n"));
}

json::object describe(const MongoClient& client, const std::string& db, const json::object& info,
                      const json::object& hashes) {
  const std::string name = text(info.at("name"));
  const std::string type = text(info.at("type"));
  json::object all{{"type", type}, {"count", count_of(client, db, name)}};
  const auto* hash = type == "collection" ? hashes.if_contains(name) : nullptr;
  all["dbhash"] = hash ? *hash : json::value(nullptr);
  if (type != "view") all["indexes"] = indexes_of(client, db, name);
  json::object options = info.at("options").as_object();
  options.erase("uuid");
  all["options"] = std::move(options);
  return all;
}

json::array sorted_strings(std::vector<std::string> strings) {
  std::ranges::sort(strings);
  return json::array(strings.begin(), strings.end());
}

json::array role_names(const json::value& roles) {
  std::vector<std::string> names;
  for (const auto& role : roles.as_array()) names.push_back(text(role.at("db")) + "." + text(role.at("role")));
  return sorted_strings(names);
}

json::array users(const MongoClient& client) {
  json::array all;
  for (const auto& entry : client.documents("admin", {{"find", "system.users"}, {"sort", {{"_id", 1}}}})) {
    const auto& user = entry.as_object();
    std::vector<std::string> mechanisms;
    for (const auto& credential : user.at("credentials").as_object()) mechanisms.emplace_back(credential.key());
    json::object described{{"_id", user.at("_id")},
                           {"db", user.at("db")},
                           {"user", user.at("user")},
                           {"mechanisms", sorted_strings(mechanisms)},
                           {"roles", role_names(user.at("roles"))}};
    if (const auto* custom = user.if_contains("customData")) described["customData"] = *custom;
    all.push_back(std::move(described));
  }
  return all;
}

json::array roles(const MongoClient& client) {
  json::array all;
  for (const auto& entry : client.documents("admin", {{"find", "system.roles"}, {"sort", {{"_id", 1}}}})) {
    const auto& role = entry.as_object();
    all.push_back(json::object{{"_id", role.at("_id")},
                               {"db", role.at("db")},
                               {"role", role.at("role")},
                               {"roles", role_names(role.at("roles"))},
                               {"privileges", role.at("privileges")}});
  }
  return all;
}

}  // namespace

json::object read_namespaces(const MongoClient& client) {
  json::object namespaces;
  const auto databases = client.command("admin", R"({"listDatabases":1,"nameOnly":true})");
  for (const auto& database : databases.at("databases").as_array()) {
    const std::string db = text(database.at("name"));
    if (db == "config" || db == "local") continue;
    const json::object hash_reply = client.command(db, R"({"dbHash":1})");
    const json::object& hashes = hash_reply.at("collections").as_object();
    for (const auto& info : client.documents(db, {{"listCollections", 1}})) {
      const std::string name = text(info.at("name"));
      if (!left_out(db, name)) namespaces[db + "." + name] = describe(client, db, info.as_object(), hashes);
    }
  }
  return namespaces;
}

json::object read_state(const MongoClient& client) {
  return {{"namespaces", read_namespaces(client)}, {"users", users(client)}, {"roles", roles(client)}};
}

}  // namespace sidekick::test
