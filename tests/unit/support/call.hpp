/// Calling the program as a user does.
#pragma once

#include <string>
#include <vector>

namespace sidekick::test {

struct Ended {
  int code;
  std::string out, err;
};

/// Runs the program's own entry in a process of its own, with those words and that environment alone.
Ended call(const std::vector<std::string>& words, const std::vector<std::string>& environment = {});

}  // namespace sidekick::test
