/// Errors about objects that all storages share.
#pragma once

#include <cstdint>
#include <string>

#include "sidekick/error.hpp"

namespace sidekick::storage {

/// A manifest lists each collection: room for some 200,000 of them.
constexpr std::uint64_t max_small_object_bytes = std::uint64_t{16} << 20;

/// Throws Error of kind data for an object that is too large for memory.
inline void require_small(std::uint64_t bytes, const std::string& name, const std::string& where) {
  if (bytes > max_small_object_bytes)
    throw Error(ErrorKind::data,
                "cannot take '" + name + "' in '" + where + "' as a small object: it is larger than 16 MiB");
}

inline Error no_such_object(const std::string& name, const std::string& where) {
  return {ErrorKind::no_input, "cannot read '" + name + "' in '" + where + "': no such object"};
}

inline Error already_there(const std::string& name, const std::string& where) {
  return {ErrorKind::cannot_create, "cannot create '" + name + "' in '" + where + "': it exists already"};
}

}  // namespace sidekick::storage
