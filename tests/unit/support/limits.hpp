/// Running part of a test where the system has no thread or descriptor left.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "tests/unit/support/in_child.hpp"

namespace sidekick::test {

/// Sets a soft limit of this process; at most the hard one.
inline void limit(__rlimit_resource what, rlim_t value) {
  rlimit now{};
  ::getrlimit(what, &now);
  now.rlim_cur = std::min(value, now.rlim_max);
  ::setrlimit(what, &now);
}

/// What `body` returns in a process of its own that may not start a thread until it lifts the limit. It is killed after
/// 60 s: then the negative number of the signal.
inline int without_threads(const std::function<int()>& body) {
  const int status = in_child([&] {
    ::alarm(60);
    constexpr uid_t nobody = 65534;  // root has no limit
    if (::geteuid() == 0 && ::setresuid(nobody, nobody, nobody) != 0) return 99;
    limit(RLIMIT_NPROC, 0);
    return body();
  });
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace sidekick::test
