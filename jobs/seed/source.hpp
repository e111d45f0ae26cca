/// The input of a seed: which content it is, and what it holds.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "seed/settings.hpp"
#include "sidekick/cancel.hpp"
#include "sidekick/log.hpp"

namespace sidekick::seed {

struct SourceCollection {
  Namespace ns;  ///< its name in the target
  std::vector<std::string> indexes;
};

struct Source {
  Content content;
  std::map<Namespace, SourceCollection> collections;  ///< by the dump's own names
  std::vector<View> views;                            ///< sorted
  std::string files;                                  ///< identifies the files that were read

  /// The names in the target, sorted.
  std::vector<Namespace> targets() const;
};

/// Reads the whole input once for its hash, and its beginning for the collections. The hash is that of the archive, or
/// of the sorted paths and hashes of the files of a folder; name filters are hashed with it. Logs what is not seeded.
/// Throws Error: no_input, denied, io, data for what is not a dump or cannot be renamed into place, cancelled.
Source read_source(const Settings& settings, Log& log, const CancelToken& cancel);

/// Throws Error of kind data where the files changed since they were hashed.
void check_unchanged(const Settings& settings, const Source& source);

}  // namespace sidekick::seed
