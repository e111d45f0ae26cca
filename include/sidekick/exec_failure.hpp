/// Why a program could not be executed.
#pragma once

#include <string>

#include "sidekick/error.hpp"

namespace sidekick {

/// The error for an execve() of `path` that failed with `number`, in words that start with `what`. Looks into the file
/// for the cause: another processor, line ends of CR LF in the first line, a missing interpreter. Ruled out for another
/// attempt where the file is at fault.
Error exec_failure(const std::string& what, const std::string& path, int number);

}  // namespace sidekick
