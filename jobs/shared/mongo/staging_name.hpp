/// The names of collections that a seed builds beside its targets before it renames them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sidekick::mongo {

/// "sk_shop_7-<id>_0": of the seed `seed` (shortened), the holder with that number and id (32 hexadecimal digits), and
/// the position of the collection. Shorter than 100 bytes.
std::string staging_name(std::string_view seed, std::uint64_t number, std::string_view id, std::size_t position);

/// True for a name that staging_name() returns: such a collection is no content of a dump or a seed.
bool is_staging_name(std::string_view collection) noexcept;

}  // namespace sidekick::mongo
