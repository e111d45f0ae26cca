/// A MongoDB that lets nobody in without a password.
#pragma once

#include <optional>
#include <string>

#include "tests/support/mongod.hpp"

namespace sidekick::test {

/// Has the user root of admin, with the role of that name. Test commands, such as failCommand, are on.
class GuardedMongod final {
 public:
  enum class Form { standalone, replica_set };

  explicit GuardedMongod(const std::string& version = "6.0.27", Form form = Form::standalone,
                         const std::string& root_password = "root");

  Mongod& server() { return *server_; }
  MongoClient client(const std::string& user, const std::string& password) const {
    return server_->client(user, password);
  }
  /// As root, with the password of the constructor.
  MongoClient root() const { return client("root", root_password_); }

  /// Creates a user of admin whose password is its name. `role` is JSON: "\"restore\"" or a document.
  void add_user(const std::string& user, const std::string& role) const;

  /// The flag --uri that logs in.
  std::string uri_flag(const std::string& user, const std::string& password) const;

 private:
  std::string root_password_;
  TempDir folder_;
  std::optional<Mongod> server_;
};

/// True where the collection is listed.
bool has_collection(const MongoClient& client, const std::string& db, const std::string& collection);

}  // namespace sidekick::test
