/// Verifies a dump by restoring it into a scratch server.
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

/// Restores the archive of `open` into databases with throwaway names, so that no other database of that server
/// changes, compares the count and the indexes of each collection with the archive, and drops them. Skips users, roles
/// and the configuration of the server. First drops what runs left behind more than a day ago. Throws Error: data if
/// something differs, and what a restore throws; then also drops what was restored, if the server can be reached.
void prove_in_scratch(const mongo::Connection& scratch, const Source::OpenPlain& open, const std::string& name,
                      JobContext& context);

/// The throwaway name of the n-th database of a run: "sidekick_proof_<seconds, hexadecimal>_<random>_<n>".
std::string scratch_database(std::chrono::sys_seconds now, std::uint32_t random, std::size_t n);

/// The start of the run that created the database; nothing for a name that is not one of ours. Pure.
std::optional<std::chrono::sys_seconds> scratch_time(std::string_view database);

}  // namespace sidekick::backup
