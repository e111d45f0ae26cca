/// Which names objects have, and the part names they are written under.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sidekick::storage {

/// True for a name that an object may have: 1 to 230 of letters, digits, '.', '-', '_', not first a '.'.
bool is_object_name(std::string_view text) noexcept;

/// Throws Error of kind config where `text` is none: it may be what a user typed.
void require_object_name(std::string_view text);

/// What Storage::check() writes parts of, which never get that name.
constexpr std::string_view check_name = "check";

/// ".part-<object>-<8 random hex>": what an object is called while it is written where there are only files. The dot
/// keeps it out of every list.
std::string new_part_name(std::string_view object);

/// The object that a file of that name was to become; nothing where it is no part.
std::optional<std::string> object_of_part(std::string_view file);

}  // namespace sidekick::storage
