#include "storage/s3/role.hpp"

#include <algorithm>

#include "sidekick/error.hpp"

namespace sidekick::storage::s3 {

using std::chrono::system_clock;

namespace {

bool holds(const std::optional<Grant>& grant, system_clock::time_point now) {
  return grant && (!grant->ends || now < *grant->ends);
}

bool same(const Credentials& a, const Credentials& b) {
  return a.access_key == b.access_key && a.secret_key.reveal() == b.secret_key.reveal() &&
         a.session_token.reveal() == b.session_token.reveal();
}

}  // namespace

system_clock::time_point renewal_of(const Grant& grant, system_clock::time_point now) {
  constexpr std::chrono::minutes before_end(5);
  constexpr std::chrono::minutes unless_told(15);
  if (!grant.ends) return now + unless_told;
  return std::max(*grant.ends - before_end, now + (*grant.ends - now) / 2);
}

void Role::renew(system_clock::time_point now, const CancelToken& cancel) {
  constexpr std::chrono::seconds before_next_try(10);
  try {
    grant_ = ask_(cancel);
    renew_at_ = renewal_of(*grant_, now);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled || !grant_) throw;
    if (!holds(grant_, now)) {
      // The role worked before: a missing answer is likely transient.
      if (error.kind() == ErrorKind::denied) throw;
      throw Error(ErrorKind::unavailable, error.message(), error.hint());
    }
    renew_at_ = now + before_next_try;
    if (grant_->ends) renew_at_ = std::min(renew_at_, now + (*grant_->ends - now) / 2);
  }
}

Credentials Role::credentials(const CancelToken& cancel) {
  const std::lock_guard lock(mutex_);
  const auto now = system_clock::now();
  if (!grant_ || now >= renew_at_) renew(now, cancel);
  return grant_->credentials;
}

bool Role::replaces(const Credentials& rejected, const CancelToken& cancel) {
  const std::lock_guard lock(mutex_);
  if (grant_ && same(grant_->credentials, rejected)) try {
      renew(system_clock::now(), cancel);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
    }
  return grant_ && !same(grant_->credentials, rejected);
}

}  // namespace sidekick::storage::s3
