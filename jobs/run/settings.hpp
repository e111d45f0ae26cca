/// The settings of `run`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "run/codes.hpp"
#include "sidekick/launch.hpp"
#include "wait/settings.hpp"

namespace sidekick::run {

/// Run the command until it has succeeded once, and never again.
struct OnceSettings {
  std::string folder;              ///< of the records, shared by all processes that must exclude each other
  std::string key;                 ///< what must not succeed twice
  std::vector<std::string> files;  ///< their contents are part of the key
};

struct Settings {
  std::vector<std::string> argv;
  std::vector<std::string> environment;  ///< "NAME=value", all of it; may hold secrets
  std::string folder;                    ///< the working directory of the command; empty: ours
  std::optional<Identity> identity;
  std::optional<mode_t> umask;
  int nice = 0;

  std::optional<wait::Settings> wait_for;                    ///< until then the command is not started
  std::optional<std::chrono::milliseconds> attempt_timeout;  ///< for one attempt, from the start of the command
  std::chrono::milliseconds grace{8'000};                    ///< from SIGTERM to SIGKILL
  CodeSet success_codes;                                     ///< besides 0
  CodeSet retry_on;
  enum class Output { passed_through, logged } output = Output::passed_through;
  enum class StoppedWithSuccess { unfinished, success } stopped_with_success = StoppedWithSuccess::unfinished;

  std::optional<OnceSettings> once;
  std::string lock_file;                ///< empty: none
  std::string report_file;              ///< empty: none
  std::vector<std::string> on_success;  ///< a command; empty: none
  std::vector<std::string> on_failure;  ///< a command; empty: none
  std::chrono::milliseconds hook_timeout{30'000};
  enum class Mode { run, only_check } mode = Mode::run;
};

}  // namespace sidekick::run
