#include <unistd.h>

#include "agent/cli/run.hpp"

int main(int argc, char** argv) {
  return sidekick::cli::run(argc, argv, environ);
}
