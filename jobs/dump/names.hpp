/// Names: which namespaces a dump leaves out, and what files are called.
#pragma once

#include <string>
#include <string_view>

#include "dump/settings.hpp"
#include "mongo/namespace.hpp"

namespace sidekick::dump {

/// True for a database that only an explicit --db dumps: local, and the server's own.
bool is_left_out(std::string_view db);

/// True for a collection that belongs to the server and not to its user, as mongodump judges: system.* outside admin
/// (but system.js stays), admin.system.keys, names with '$', and of config all but chunks, collections, databases,
/// settings, shards, tags and version.
bool is_left_out(const mongo::Namespace& ns);

/// True where --excludeCollection or --excludeCollectionsWithPrefix names it.
bool is_excluded(const Settings& settings, std::string_view collection);

/// True where a pattern of ns_include takes it, or there is none, and no pattern of ns_exclude does.
bool is_selected(const Settings& settings, const mongo::Namespace& ns);

/// The longest name that file systems take with ".metadata.json.gz" behind it, and mongodump's limit whatever follows.
inline constexpr std::size_t longest_file_name = 238;

/// The name of a collection's file without its endings: Go's url.QueryEscape; what would be longer than `max_bytes` is
/// cut to that, its last 30 being "%24" and the base64url of the SHA-1 of the whole name: as mongodump does with 238.
std::string file_name(std::string_view collection, std::size_t max_bytes = longest_file_name);

}  // namespace sidekick::dump
