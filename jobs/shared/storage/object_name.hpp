/// Valid names of objects, and the names of their parts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sidekick::storage {

/// True for a valid name of an object: 1 to 230 of letters, digits, '.', '-', '_', not first a '.'.
bool is_object_name(std::string_view text) noexcept;

/// Throws Error of kind config where `text` is not valid: it may come from a user.
void require_object_name(std::string_view text);

/// The name of which Storage::check() writes parts, which never get it.
constexpr std::string_view check_name = "check";

/// ".part-<object>-<8 random hex>": the name of an object while it is written as a file. The dot keeps it out of every
/// list.
std::string new_part_name(std::string_view object);

/// The object of a part; nothing where the name is not that of a part.
std::optional<std::string> object_of_part(std::string_view file);

}  // namespace sidekick::storage
