/// What is to be said of a tree that was read, in bounds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick::backup::tar {

/// Keeps the first 20 warnings and counts the others.
class Warnings final {
 public:
  /// Something is in the archive as it never was at one moment.
  void changed(std::string text);

  /// Something is not in the archive, as is known beforehand.
  void left_out(std::string text);

  bool consistent() const noexcept { return consistent_; }
  std::vector<std::string> list() const;

 private:
  bool consistent_ = true;
  std::vector<std::string> texts_;
  std::uint64_t more_ = 0;
};

}  // namespace sidekick::backup::tar
