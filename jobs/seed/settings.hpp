/// The settings of `seed`: values only, already parsed and checked one by one.
#pragma once

#include <chrono>
#include <string>

#include "restore/settings.hpp"
#include "seed/protocol.hpp"

namespace sidekick::seed {

struct Settings {
  std::string name = "default";  ///< of the entry in the ledger: see is_seed_name()
  std::string label;             ///< of the content
  std::string holder;            ///< for people: host and process
  /// Connection, input and name filters; an archive file or a dump folder.
  restore::Settings restore;
  Policies policies;
  bool dry_run = false;
  std::chrono::seconds lease{15};  ///< a holder that did not renew for so long is taken for dead
};

/// True for 1 to 64 letters, digits, '-', '_' and '.', the first a letter or a digit.
bool is_seed_name(std::string_view name) noexcept;

}  // namespace sidekick::seed
