/// Where the leases of one job are kept, as its holders share it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sidekick/cancel.hpp"

namespace sidekick::lease {

/// Small texts, each under a number. All calls throw Error as what is behind them does, cancelled included; safe from
/// any thread. What is kept only in one place (a document of a database) has only its latest number.
class Records {
 public:
  virtual ~Records() = default;

  /// All there are, ascending. No snapshot: a number that is created, replaced or removed meanwhile may be missing.
  virtual std::vector<std::uint64_t> numbers(const CancelToken& cancel) = 0;

  virtual std::optional<std::string> read(std::uint64_t number, const CancelToken& cancel) = 0;

  /// False where there is one of that number, or a later one took its place. Where the exclusion of what is behind is
  /// advisory, two may be told true: the one whose text is then read back has it.
  virtual bool create(std::uint64_t number, const std::string& text, const CancelToken& cancel) = 0;

  /// Replaces `before`. False where something else was there; where what is behind cannot compare, it replaces whatever
  /// is there. The holder has read `before` a moment ago.
  virtual bool replace(std::uint64_t number, const std::string& before, const std::string& text,
                       const CancelToken& cancel) = 0;

  /// One that is not there is no error.
  virtual void remove(std::uint64_t number, const CancelToken& cancel) = 0;
};

}  // namespace sidekick::lease
