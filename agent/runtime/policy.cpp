#include "agent/runtime/policy.hpp"

namespace sidekick::runtime {

int own_exit_code(ErrorKind kind) {
  return info(kind).exit_code;
}

int git_sync_exit_code(ErrorKind kind) {
  if (kind == ErrorKind::usage) return 2;
  return kind == ErrorKind::cancelled ? info(kind).exit_code : 1;
}

}  // namespace sidekick::runtime
