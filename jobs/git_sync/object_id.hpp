/// The name of a git object: its SHA-1.
#pragma once

#include <git2/oid.h>

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace sidekick::git_sync {

struct ObjectId {
  git_oid value{};

  /// 40 lower-case hexadecimal digits.
  std::string hex() const;
  bool is_zero() const noexcept;

  /// Nothing unless `text` is 40 hexadecimal digits.
  static std::optional<ObjectId> parse(std::string_view text);

  friend bool operator==(const ObjectId& a, const ObjectId& b) noexcept {
    return git_oid_equal(&a.value, &b.value) != 0;
  }
  friend std::strong_ordering operator<=>(const ObjectId& a, const ObjectId& b) noexcept {
    return git_oid_cmp(&a.value, &b.value) <=> 0;
  }
};

}  // namespace sidekick::git_sync
