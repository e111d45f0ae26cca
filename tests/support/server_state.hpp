/// What a server holds, in the words of the fixtures' expected.json, and how two such states differ.
#pragma once

#include <boost/json/value.hpp>

#include <string>
#include <vector>

#include "tests/support/mongo_client.hpp"

namespace sidekick::test {

/// Everything a restore can bring, as {"namespaces": {"db.collection": {type, count, dbhash, indexes, options}},
/// "users": [...], "roles": [...]}. Left out: config, local, system.views, system.profile and admin.system.*.
boost::json::object read_state(const MongoClient& client);

/// The namespaces of read_state() alone.
boost::json::object read_namespaces(const MongoClient& client);

/// One line for each difference between the namespaces that are wanted and those that are there: missing, not wanted,
/// another count, hash, option or index. Empty: the same. Only in an index's key does the order of fields count.
std::vector<std::string> differences(const boost::json::object& wanted, const boost::json::object& there);

/// The same for two lists of users or of roles, which are told apart by their _id.
std::vector<std::string> differences(const boost::json::array& wanted, const boost::json::array& there);

/// The lines as one text, for the message of an assertion.
std::string joined(const std::vector<std::string>& lines);

}  // namespace sidekick::test
