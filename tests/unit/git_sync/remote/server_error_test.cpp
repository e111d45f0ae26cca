#include "git_sync/remote/server_error.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;
using namespace sidekick::git_sync;

TEST_CASE("of what a server prints the words that tell the cause are kept", "[remote]") {
  CHECK(last_complaint("Warning: added the host\nfatal: '/x' does not appear to be a git repository\nmore\n") ==
        "'/x' does not appear to be a git repository");
  CHECK(last_complaint("ERROR: Repository not found.\n") == "Repository not found");
  CHECK(last_complaint("remote: \n"
                       "remote: ========================================================================\n"
                       "remote: \n"
                       "remote: ERROR: The project you were looking for could not be found or you don't have\n"
                       "remote: permission to view it.\n"
                       "remote: \n"
                       "remote: ========================================================================\n"
                       "remote: \n") ==
        "The project you were looking for could not be found or you don't have permission to view it");
  CHECK(last_complaint("remote: first\nremote: This account is suspended\nremote: =====\n") ==
        "This account is suspended");
  CHECK(last_complaint("\n=====\n").empty());
  CHECK(last_complaint("").empty());
}

TEST_CASE("the kind of a server's complaint is told by its words", "[remote]") {
  CHECK(server_error("upload-pack: not our ref 1234").kind() == ErrorKind::no_input);
  CHECK(server_error("Repository not found").kind() == ErrorKind::no_input);
  CHECK(server_error("access denied or repository not exported").kind() == ErrorKind::no_input);
  CHECK(server_error("You are not allowed to download code from this project").kind() == ErrorKind::denied);
  CHECK(server_error("internal trouble").kind() == ErrorKind::unavailable);
}
