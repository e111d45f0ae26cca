/// A real replica set of three on loopback, and the misfortunes that befall its primary.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/mongod.hpp"

namespace sidekick::test {

/// Three members that elect within a second or two. Ended by the destructor.
class ReplicaSet final {
 public:
  static constexpr std::size_t size = 3;

  /// Starts the members, with `more_flags`; initiate() makes a set of them.
  explicit ReplicaSet(const std::string& version = "6.0.5", const std::vector<std::string>& more_flags = {});

  /// Initiates the set and returns when there is a primary. Throws std::runtime_error after 60 s without one.
  void initiate();

  /// "mongodb://a,b,c/?replicaSet=rs".
  std::string uri() const;
  /// One that gives a silent member up after 5 s, also when it says goodbye to it.
  MongoClient client() const { return MongoClient(uri() + "&socketTimeoutMS=5000"); }

  Mongod& member(std::size_t index) { return *members_.at(index); }

  /// The index of the primary, as a member that answers says. Throws std::runtime_error where there is none in 60 s.
  /// Members in `except` are not asked (one that is stopped does not answer).
  std::size_t primary(std::size_t except = size) const;

  /// Makes the primary a secondary, for 10 s at least, whatever is under way.
  void step_down();

 private:
  std::array<std::unique_ptr<Mongod>, size> members_;
};

}  // namespace sidekick::test
