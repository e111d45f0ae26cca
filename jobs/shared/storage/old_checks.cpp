#include "storage/old_checks.hpp"

#include "sidekick/error.hpp"
#include "storage/object_name.hpp"

namespace sidekick::storage {

namespace {

constexpr auto time_to_live = std::chrono::hours(24);  // younger ones may belong to a running process

void remove_if_allowed(Storage& storage, const Leftover& leftover, const CancelToken& cancel) try {
  storage.discard(leftover, cancel);
} catch (const Error& error) {
  if (error.kind() != ErrorKind::denied && error.kind() != ErrorKind::cannot_create) throw;
}

}  // namespace

void remove_old_checks(Storage& storage, const CancelToken& cancel) {
  const auto old = std::chrono::system_clock::now() - time_to_live;
  for (const auto& leftover : storage.leftovers(check_name, cancel))
    if (leftover.name == check_name && leftover.begun <= old) remove_if_allowed(storage, leftover, cancel);
}

}  // namespace sidekick::storage
