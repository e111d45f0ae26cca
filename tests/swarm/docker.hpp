/// The docker command as a user calls it, on an engine that manages a swarm, and the images of these tests.
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace sidekick::test {

/// Skips the test where no engine answers that manages a swarm; fails it where CI=true.
void need_swarm();

/// `docker WORDS…` to its end. `environment` is what a stack file may ask for.
Finished run_docker(std::vector<std::string> words, std::vector<std::pair<std::string, std::string>> environment = {});

/// What `docker WORDS…` printed. Throws std::runtime_error with all that it said where it does not end with 0.
std::string docker(std::vector<std::string> words, std::vector<std::pair<std::string, std::string>> environment = {});

/// The image under test: $SIDEKICK_IMAGE, else "sidekick".
std::string sidekick_image();

/// Makes an image by tests/swarm/images. Throws std::runtime_error where that fails.
void need_image(const std::string& name);

/// A server of 4.4.2 with authentication on, where `seeder` may write everything: sidekick-test-mongo-auth.
void need_mongo_with_users();
std::string seeder_password();

/// The machine's own address on the bridge that the containers of a swarm reach.
std::string machine_address();

/// The non-empty lines of a text.
std::vector<std::string> lines_of(const std::string& text);

}  // namespace sidekick::test
