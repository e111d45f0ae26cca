/// The git daemon on loopback.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/process.hpp"

namespace sidekick::test {

/// Serves all repositories below a folder over git://. Started by the constructor, ended by the destructor. Throws
/// std::runtime_error with the end of its log where it does not start within 20 s.
class GitDaemon final {
 public:
  explicit GitDaemon(std::filesystem::path folder, std::vector<std::pair<std::string, std::string>> environment = {},
                     std::string address = "127.0.0.1");

  std::string url(const std::string& repository) const;
  std::uint16_t port() const { return port_; }

 private:
  std::string address_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Child> child_;
};

/// True when something listens on `port` of an address of this machine.
bool listens(std::uint16_t port, const std::string& address = "127.0.0.1");

}  // namespace sidekick::test
