/// A restore that takes long enough for something to happen to it, and what it must have brought in the end.
#pragma once

#include <boost/json/value.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/data_set.hpp"
#include "tests/support/mongod.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

/// 24 MB in three collections with indexes, one of them capped, as an archive and as a server states it that was
/// filled by the driver.
class BigDump final {
 public:
  BigDump();

  const std::filesystem::path& archive() const { return archive_; }
  std::int64_t documents() const;

  /// How many documents of it the server holds now; 0 where it cannot say.
  std::int64_t stored(const MongoClient& client) const;

  /// What is wrong with the server's state. Empty: it holds exactly the dump.
  std::string wrong(const MongoClient& client) const;

 private:
  TempDir folder_;
  DataSet data_;
  std::filesystem::path archive_;
  boost::json::object wanted_;
};

/// Starts a restore with small batches, waits until it has stored at least a tenth, checks that it is not done, and
/// then lets `misfortune` happen. Returns the child, still running or not.
std::unique_ptr<Child> restore_until(const BigDump& dump, const std::vector<std::string>& flags,
                                     const MongoClient& watcher, const std::function<void(Child&)>& misfortune);

}  // namespace sidekick::test
