/// The warnings about a tree, bounded in number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick::backup::tar {

/// Keeps the first 20 warnings and counts the others.
class Warnings final {
 public:
  /// The archive has something in a state that never existed at one moment.
  void changed(std::string text);

  /// The archive leaves something out by design.
  void left_out(std::string text);

  bool consistent() const noexcept { return consistent_; }
  std::vector<std::string> list() const;

 private:
  bool consistent_ = true;
  std::vector<std::string> texts_;
  std::uint64_t more_ = 0;
};

}  // namespace sidekick::backup::tar
