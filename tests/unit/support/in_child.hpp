/// Running part of a test in a process of its own.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

namespace sidekick::test {

/// Runs `body` in a process of its own and returns its wait status. The body's process ends with what it returns.
template <class Body>
int in_child(Body body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

}  // namespace sidekick::test
