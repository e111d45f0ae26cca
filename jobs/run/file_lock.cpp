#include "run/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>

namespace sidekick::run {

namespace {

using namespace std::chrono_literals;

constexpr Clock::duration first_wait = 20ms;
constexpr Clock::duration longest_wait = 500ms;

}  // namespace

Fd lock_file(const std::string& path, JobContext& context) {
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644));
  if (!file)
    throw error_from_errno("cannot open the lock '" + path + "'", errno, "its folder must exist and be writable");
  bool is_told = false;
  // A blocking flock() could not be cancelled.
  for (auto wait = first_wait; ::flock(file.get(), LOCK_EX | LOCK_NB) != 0; wait = std::min(2 * wait, longest_wait)) {
    if (errno != EWOULDBLOCK && errno != EINTR) throw error_from_errno("cannot lock '" + path + "'", errno);
    if (!is_told) context.log.info("waiting for another holder of the lock '" + path + "'");
    is_told = true;
    context.clock.wait_for(wait, context.cancel);
    context.cancel.throw_if_cancelled();
  }
  return file;
}

}  // namespace sidekick::run
