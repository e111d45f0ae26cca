/// A small authority and the certificates it signs, made by openssl for one test.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

/// PEM files in a folder of their own; a key stands before its certificate in one file. Throws std::runtime_error.
class Certificates final {
 public:
  Certificates();

  std::filesystem::path authority() const { return folder_ / "authority.pem"; }
  /// For 127.0.0.1 and localhost.
  std::filesystem::path server() const { return folder_ / "server.pem"; }
  std::filesystem::path client() const { return folder_ / "client.pem"; }
  /// One that has signed none of these.
  std::filesystem::path other_authority() const { return folder_ / "other.pem"; }

 private:
  void make_authority(const std::string& name) const;
  void make_certificate(const std::string& name, const std::string& extension) const;
  void openssl(std::vector<std::string> words) const;

  TempDir folder_;
};

}  // namespace sidekick::test
