#include "agent/cli/mongo/connection_string.hpp"

#include <algorithm>

#include "agent/cli/mongo/restore_settings.hpp"
#include "mongo/uri.hpp"
#include "sidekick/redact.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::cli {

using config::Source;
using config::Value;
using config::Values;

namespace {

constexpr std::string_view begin_of_origin = "the database '";

/// A path may hold anything: one that begins as a path is taken for one.
bool is_misspelt(const std::string& argument) {
  if (argument.starts_with('.') || (argument.starts_with('/') && !argument.starts_with("//"))) return false;
  if (argument.starts_with("mongodb:/") || argument.starts_with("mongodb+srv:/")) return true;
  return argument.find("://") != std::string::npos || redact_words(argument) != argument;
}

Error wrong_argument(const std::string& argument) {
  return {ErrorKind::usage, "the argument '" + redact_url(argument) + "' is not a connection string",
          "a connection string begins with mongodb:// or mongodb+srv://; write ./ before a path"};
}

Error wrong_scheme(const Value& uri) {
  return {uri.source == Source::flag ? ErrorKind::usage : ErrorKind::config,
          uri.origin + ": does not begin with mongodb:// or mongodb+srv://", "mongodb://user:password@host:27017/"};
}

void take_argument(config::Settings& out) {
  std::vector<std::string> uris;
  std::vector<std::string> others;
  for (auto& argument : out.arguments) (is_connection_string(argument) ? uris : others).push_back(std::move(argument));
  out.arguments = std::move(others);
  if (const auto bad = std::ranges::find_if(out.arguments, is_misspelt); bad != out.arguments.end()) {
    auto error = wrong_argument(*bad);
    out.arguments.clear();
    throw Error(std::move(error));
  }
  if (uris.empty()) return;
  const auto* other = out.values.find("uri");
  if (uris.size() > 1 || (other != nullptr && other->source == Source::flag))
    throw Error(ErrorKind::config, "two connection strings are given: use only one, with --uri or as an argument");
  if (std::ranges::any_of(uris.front(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }))
    throw Error(ErrorKind::usage, "the connection string holds a control character");
  out.values.set("uri", {{uris.front()}, Source::flag, config::Arity::one, "the connection string"});
}

void take_database(Values& values) {
  const auto uri = mongo::connection_uri(mongo_connection(values));
  const char* const name = mongoc_uri_get_database(uri.get());
  if (name == nullptr || *name == '\0') return;
  const std::string origin = std::string(begin_of_origin) + name + "' of the connection string";
  const auto* db = values.find("db");
  if (db == nullptr)
    values.set("db", {{name}, values.find("uri")->source, config::Arity::one, origin});
  else if (db->texts.back() != name)
    throw Error(
        ErrorKind::config, db->origin + " '" + db->texts.back() + "' and " + origin + " exclude each other",
        "name the database once; write a database that only holds the user as /?authSource=" + std::string(name));
}

}  // namespace

bool is_connection_string(std::string_view text) noexcept {
  return text.starts_with("mongodb://") || text.starts_with("mongodb+srv://");
}

config::Settings with_connection_string(const config::Settings& told) {
  auto out = told;
  out.values.judge([&] { take_argument(out); });
  const auto* uri = out.values.find("uri");
  if (uri == nullptr || uri->is_unread) return out;
  out.values.judge([&] {
    if (!is_connection_string(uri->texts.back())) throw wrong_scheme(*uri);
    take_database(out.values);
  });
  return out;
}

void warn_of_admin(const Values& values, Log& log) {
  if (is_database_of_uri(values) && values.text("db") == "admin")
    log.warn(
        "the connection string selects only the database 'admin'; to log in there and select all databases, write "
        "/?authSource=admin");
}

bool is_database_of_uri(const Values& values) {
  const auto* db = values.find("db");
  return db != nullptr && db->origin.starts_with(begin_of_origin);
}

}  // namespace sidekick::cli
