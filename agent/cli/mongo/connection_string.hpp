/// The connection string of a command for MongoDB: by flag, as an argument, and the database that it selects.
#pragma once

#include <string_view>

#include "agent/config/resolve.hpp"
#include "sidekick/log.hpp"

namespace sidekick::cli {

/// True for text that begins as a connection string does.
bool is_connection_string(std::string_view text) noexcept;

/// `told` with one place for each thing: a connection string among the arguments becomes the value of `uri` (it beats
/// the environment and the file), and the database that the string names becomes the value of `db`, as in the official
/// tools. The rules between settings hold for a `db` of either origin.
/// Reports Error: usage for an argument or a `uri` with another scheme or with a login and no scheme (the login is not
/// shown), and as mongo::connection_uri() does; config for two connection strings, or for --db and a connection string
/// that name different databases.
config::Settings with_connection_string(const config::Settings& told);

/// Warns in `log` where the connection string selects the database that commonly only holds the users.
void warn_of_admin(const config::Values& values, Log& log);

/// True where `db` is the database of the connection string and not that of --db.
bool is_database_of_uri(const config::Values& values);

}  // namespace sidekick::cli
