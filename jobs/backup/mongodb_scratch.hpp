/// Proving a dump by restoring it into a server that is there for that.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backup/source.hpp"
#include "mongo/connection.hpp"
#include "mongo/dump_reader.hpp"

namespace sidekick::backup {

/// Restores the archive that `open` gives under throwaway names of databases, so that no database of that server is
/// touched, compares each collection's count and indexes with what the archive holds, and drops them again. Users,
/// roles and the server's own configuration are left out. Before that, what runs of more than a day ago have left there
/// is dropped. Throws Error: data where something differs, and as a restore does; what was restored is dropped then
/// too, as far as the server can be reached.
void prove_in_scratch(const mongo::Connection& scratch, const Source::OpenPlain& open, const std::string& name,
                      JobContext& context);

/// The throwaway name of the n-th database of a run: "sidekick_proof_<seconds, hexadecimal>_<random>_<n>".
std::string scratch_database(std::chrono::sys_seconds now, std::uint32_t random, std::size_t n);

/// When the run began whose database has that name; nothing for a name that is none of ours. Pure.
std::optional<std::chrono::sys_seconds> scratch_time(std::string_view database);

}  // namespace sidekick::backup
