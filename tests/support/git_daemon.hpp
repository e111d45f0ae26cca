/// A real git daemon on loopback, or on any address of this machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/process.hpp"

namespace sidekick::test {

/// Serves every repository below a folder, read only. Started by the constructor, ended by the destructor. Throws
/// std::runtime_error where it does not answer within 20 s.
class GitDaemon final {
 public:
  explicit GitDaemon(const std::filesystem::path& base, const std::string& address = "127.0.0.1");

  /// "git://ADDRESS:PORT/NAME".
  std::string url(const std::string& name) const;

 private:
  std::string address_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Child> child_;
};

}  // namespace sidekick::test
