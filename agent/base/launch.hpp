/// Starting a program as a child.
#pragma once

#include <sys/types.h>

#include "sidekick/child.hpp"

namespace sidekick {

/// Starts the program as the leader of a new process group, with no signal blocked or ignored, /dev/null as its
/// standard input, `output` as its standard output and `error` as its standard error; no other descriptor reaches it. Returns its id, which
/// the caller collects. Throws Error as run_child() does.
pid_t launch(const ChildRequest& request, int output, int error);

/// Where `program` is: itself when it has a slash, else the first executable file of that name in the folders of
/// `search`, separated by colons. Throws Error of kind no_input, or denied where all there is may not be executed.
std::string find_program(const std::string& program, const std::string& search);

}  // namespace sidekick
