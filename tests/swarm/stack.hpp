/// A stack on the swarm, deployed and removed by its owner.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/mongo_client.hpp"
#include "tests/swarm/docker.hpp"

namespace sidekick::test {

/// One try of the swarm at running a service, as its manager sees it.
struct Task {
  std::string state;    ///< "running", "complete", "failed", …
  std::string desired;  ///< "running" or "shutdown"
  std::string error;
  std::string container;  ///< empty until there is one
  int exit_code = 0;
};

/// Removes whatever has its name, on construction and with all volumes on destruction. One thread.
class Stack final {
 public:
  explicit Stack(std::string name);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  /// Deploys files of tests/swarm/stacks. Throws std::runtime_error where the engine refuses them.
  void deploy(const std::vector<std::string>& files,
              const std::vector<std::pair<std::string, std::string>>& environment = {}) const;

  const std::string& name() const { return name_; }
  std::string service(const std::string& name) const { return name_ + "_" + name; }

  /// All tasks of a service that the swarm remembers, the newest first.
  std::vector<Task> tasks(const std::string& service) const;

  /// True once the newest task of a service is in that state; false where it is not within `deadline`.
  bool reaches(const std::string& service, const std::string& state,
               std::chrono::steady_clock::duration deadline = std::chrono::seconds(90)) const;

  /// What all tasks of a service have logged.
  std::string log(const std::string& service) const;

  /// Tasks and log, for the message of an assertion.
  std::string describe(const std::string& service) const;

  /// The server of the service `mongo`, reached from here past the overlay. Waits for it; throws std::runtime_error
  /// where it does not answer within 60 s.
  MongoClient database(const std::string& credentials = "") const;

 private:
  void remove() const;

  std::string name_;
};

}  // namespace sidekick::test
