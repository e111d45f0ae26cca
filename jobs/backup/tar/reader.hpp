/// Verifies that a tar archive is complete, without extracting it.
#pragma once

#include <cstdint>
#include <string>

#include "filters/source.hpp"
#include "sidekick/cancel.hpp"

namespace sidekick::backup::tar {

struct Count {
  std::uint64_t entries = 0;  ///< without the first one, which is the folder itself
  std::uint64_t files = 0;    ///< entries that are not folders
};

/// Reads an archive of header_of() and sparse_header_of() to its end and verifies the checksum and the fields of each
/// header, extended records, maps of sparse files, padding, the two blocks of zeros at the end and nothing after them.
/// Throws Error: data with `name` and the position, cancelled, and what `from` throws.
Count prove(filters::Source& from, const std::string& name, const CancelToken& cancel);

}  // namespace sidekick::backup::tar
