/// A folder that lives as long as its owner.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sidekick::test {

/// A fresh, empty folder under $TMPDIR (or /tmp), removed with all it holds on destruction.
class TempDir final {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The whole content of a file. Throws std::runtime_error where it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Makes or replaces a file.
void write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace sidekick::test
