/// What the tests ask a server, in canonical Extended JSON.
#pragma once

#include <boost/json/value.hpp>
#include <mongoc/mongoc.h>

#include <memory>
#include <string>
#include <vector>

namespace sidekick::test {

/// The server said no, or could not be reached.
class MongoFailure final : public std::exception {
 public:
  MongoFailure(std::string message, std::uint32_t code) : message_(std::move(message)), code_(code) {}
  const char* what() const noexcept override { return message_.c_str(); }
  std::uint32_t code() const { return code_; }

 private:
  std::string message_;
  std::uint32_t code_;
};

/// One connection to a server. mongoc_init() must have been called. One thread at a time.
class MongoClient final {
 public:
  explicit MongoClient(const std::string& uri);

  /// Runs a command, which is JSON, and returns the reply. Throws MongoFailure.
  boost::json::object command(const std::string& db, const std::string& json) const;
  boost::json::object command(const std::string& db, const boost::json::object& json) const;

  /// Runs a command that answers with a cursor and returns all its documents. Throws MongoFailure.
  boost::json::array documents(const std::string& db, const boost::json::object& json) const;

  /// Inserts BSON documents in order, as they are. Throws MongoFailure.
  void insert(const std::string& db, const std::string& collection,
              const std::vector<std::vector<std::uint8_t>>& documents) const;

 private:
  struct Deleter {
    void operator()(mongoc_client_t* client) const { mongoc_client_destroy(client); }
  };
  std::unique_ptr<mongoc_client_t, Deleter> client_;
};

/// A number of Extended JSON ({"$numberInt":"7"}) or of plain JSON. Throws std::runtime_error for all else.
std::int64_t integer(const boost::json::value& value);

}  // namespace sidekick::test
