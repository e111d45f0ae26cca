/// The place where the holders of one lease keep its records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sidekick/cancel.hpp"

namespace sidekick::lease {

/// Small texts, each under a number. Every call throws the Error of the place that keeps them, cancelled included. Safe
/// from any thread. A place that keeps a single text (a document of a database) has only the latest number.
class Records {
 public:
  virtual ~Records() = default;

  /// All there are, ascending. No snapshot: a number that is created, replaced or removed meanwhile may be missing.
  virtual std::vector<std::uint64_t> numbers(const CancelToken& cancel) = 0;

  virtual std::optional<std::string> read(std::uint64_t number, const CancelToken& cancel) = 0;

  /// False where there is one of that number, or a later one took its place. Where the place excludes others only by
  /// advice, two callers may both get true: the one whose text is then read back has the number.
  virtual bool create(std::uint64_t number, const std::string& text, const CancelToken& cancel) = 0;

  /// Replaces `before`. False where another text was there. A place that cannot compare replaces any text. The holder
  /// has read `before` a moment ago.
  virtual bool replace(std::uint64_t number, const std::string& before, const std::string& text,
                       const CancelToken& cancel) = 0;

  /// One that is not there is no error.
  virtual void remove(std::uint64_t number, const CancelToken& cancel) = 0;
};

}  // namespace sidekick::lease
