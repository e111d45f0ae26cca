#include <unistd.h>

#include "agent/cli/run.hpp"
#include "agent/runtime/process.hpp"

int main(int argc, char** argv) {
  sidekick::runtime::keep_standard_descriptors();
  sidekick::runtime::leave(sidekick::cli::run(argc, argv, environ));
}
