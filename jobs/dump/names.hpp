/// Names: which namespaces a dump skips, and the names of files.
#pragma once

#include <string>
#include <string_view>

#include "dump/settings.hpp"
#include "mongo/namespace.hpp"

namespace sidekick::dump {

/// True for a database that is dumped only with an explicit --db: local, and the server's own.
bool is_left_out(std::string_view db);

/// True for a collection of the server itself, as mongodump decides: system.* outside admin (except system.js),
/// admin.system.keys, names with '$', and of config all but chunks, collections, databases, settings, shards, tags and
/// version. So is what a seed builds before it renames it.
bool is_left_out(const mongo::Namespace& ns);

/// True where --excludeCollection or --excludeCollectionsWithPrefix matches.
bool is_excluded(const Settings& settings, std::string_view collection);

/// True where a pattern of ns_include matches, or there is none, and no pattern of ns_exclude does.
bool is_selected(const Settings& settings, const mongo::Namespace& ns);

/// The longest name that file systems accept with ".metadata.json.gz" appended, and mongodump's limit for any
/// extension.
inline constexpr std::size_t longest_file_name = 238;

/// The name of a collection's file without its extensions: Go's url.QueryEscape. A name longer than `max_bytes` is
/// truncated to that; its last 30 bytes are then "%24" and the base64url of the SHA-1 of the whole name, as in
/// mongodump with 238.
std::string file_name(std::string_view collection, std::size_t max_bytes = longest_file_name);

}  // namespace sidekick::dump
