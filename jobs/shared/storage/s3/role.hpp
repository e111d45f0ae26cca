/// Temporary credentials, renewed before they expire.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>

#include "sidekick/cancel.hpp"
#include "storage/s3/signature.hpp"

namespace sidekick::storage::s3 {

struct Grant {
  Credentials credentials;
  std::optional<std::chrono::system_clock::time_point> ends{};  ///< nothing: unknown
};

/// When to renew credentials granted at `now`: five minutes before their end, for a short grant at half its time, and
/// after 15 minutes where no end is known. Pure.
std::chrono::system_clock::time_point renewal_of(const Grant& grant, std::chrono::system_clock::time_point now);

/// A role that provides credentials. Safe from any thread.
class Role final {
 public:
  /// Requests credentials, within seconds. Throws Error.
  using Ask = std::function<Grant(const CancelToken&)>;

  explicit Role(Ask ask) : ask_(std::move(ask)) {}

  /// Valid credentials. Where they cannot be renewed, the old ones until they expire. Throws what Ask throws; of kind
  /// unavailable, cancelled or denied once there were some.
  Credentials credentials(const CancelToken& cancel);

  /// Renews where `rejected` are still the newest credentials; true where there are others now. Throws Error of kind
  /// cancelled only.
  bool replaces(const Credentials& rejected, const CancelToken& cancel);

 private:
  void renew(std::chrono::system_clock::time_point now, const CancelToken& cancel);

  Ask ask_;
  std::mutex mutex_;
  std::optional<Grant> grant_;
  std::chrono::system_clock::time_point renew_at_;
};

}  // namespace sidekick::storage::s3
