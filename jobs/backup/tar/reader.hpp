/// Proving that a tar archive is whole, without extracting it.
#pragma once

#include <cstdint>
#include <string>

#include "filters/source.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::backup::tar {

struct Count {
  std::uint64_t entries = 0;  ///< all but the first one, which is the folder itself
  std::uint64_t files = 0;    ///< entries that are no folders
};

/// Reads an archive as header_of() and sparse_header_of() write it to its very end: the checksum and the fields of each
/// header, extended records, maps of sparse files, padding, the two blocks of zeros at the end and nothing after them.
/// Throws Error: data naming `name` and the place, cancelled, and what `from` throws.
Count prove(filters::Source& from, const std::string& name, const CancelToken& cancel);

}  // namespace sidekick::backup::tar
