/// What the tests of `sidekick seed` share: contents, runs, and what is left on the server.
#pragma once

#include <string>
#include <vector>

#include "tests/support/mongod.hpp"
#include "tests/support/sidekick.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

/// `sidekick seed --uri=… FLAGS…`, logging JSON lines.
Command seed_command(const std::string& uri, std::vector<std::string> flags);

/// Runs it to its end.
Finished seed(const std::string& uri, std::vector<std::string> flags);

/// An archive of the database `shop` with `fruits` (three documents of this `edition`, a unique index) and `orders`
/// (`orders` documents, an index), and optionally a view. Returns the flag --archive.
struct Shop {
  std::string edition = "one";
  int orders = 2;
  bool view = false;
  bool clash = false;  ///< two fruits violate the unique index
};
std::string shop_archive(const TempDir& folder, const Shop& shop);

/// The edition of the fruits in the server: of all of them, "mixed" for several, "" for none.
std::string edition(const MongoClient& client);

/// The names of all collections of `shop` that a seed is building or has left behind.
std::vector<std::string> staging(const MongoClient& client);

/// The field `state` of the entry in the ledger; "" without one.
std::string ledger_state(const MongoClient& client, const std::string& name = "default");

/// True where the text has the part.
bool says(const Finished& finished, std::string_view part);

}  // namespace sidekick::test
