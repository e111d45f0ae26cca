/// A pair of keys of age, made by its own tool.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/temp_dir.hpp"

namespace sidekick::test {

class AgeKey final {
 public:
  /// Throws std::runtime_error with what age-keygen said where there is no such key.
  AgeKey();

  /// The private key.
  std::filesystem::path file() const { return folder_ / "key"; }
  /// The public one: "age1…".
  const std::string& recipient() const { return recipient_; }

 private:
  TempDir folder_;
  std::string recipient_;
};

}  // namespace sidekick::test
