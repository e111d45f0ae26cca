#include "restore/plan.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "mongo/collection_check.hpp"
#include "mongo/legacy_indexes.hpp"
#include "mongo/pattern.hpp"
#include "mongo/staging_name.hpp"
#include "sidekick/error.hpp"

namespace sidekick::restore {

using mongo::Bson;
using mongo::DumpCollection;
using mongo::Namespace;
using mongo::Pattern;

namespace {

constexpr std::string_view db_users_prefix = "$admin.";

/// The selecting flags, prepared for matching.
class Selection {
 public:
  explicit Selection(const Settings& settings) : settings_(settings) {
    for (const auto& text : settings.ns_include) include_.emplace_back(text);
    for (const auto& text : settings.ns_exclude) exclude_.emplace_back(text);
  }

  bool chooses() const {
    return !include_.empty() || !exclude_.empty() || !settings_.db.empty() || !settings_.collection.empty() ||
           !settings_.exclude_collections.empty() || !settings_.exclude_collection_prefixes.empty();
  }

  /// Before anything is excluded.
  bool includes(const Namespace& ns) const {
    if (!include_.empty() && !any_matches(include_, ns)) return false;
    if (!settings_.db.empty() && ns.db != settings_.db) return false;
    return settings_.collection.empty() || ns.collection == settings_.collection;
  }

  bool accepts(const Namespace& ns) const {
    if (!includes(ns) || any_matches(exclude_, ns)) return false;
    if (std::ranges::find(settings_.exclude_collections, ns.collection) != settings_.exclude_collections.end())
      return false;
    return std::ranges::none_of(settings_.exclude_collection_prefixes,
                                [&](const auto& prefix) { return ns.collection.starts_with(prefix); });
  }

  /// The flags as they were given, for messages.
  std::string text() const {
    std::string out;
    const auto add = [&](const char* flag, const std::string& value) {
      if (!value.empty()) out += std::string(out.empty() ? "" : " ") + flag + "=" + value;
    };
    add("--db", settings_.db);
    add("--collection", settings_.collection);
    for (const auto& pattern : settings_.ns_include) add("--nsInclude", pattern);
    for (const auto& pattern : settings_.ns_exclude) add("--nsExclude", pattern);
    for (const auto& name : settings_.exclude_collections) add("--excludeCollection", name);
    for (const auto& prefix : settings_.exclude_collection_prefixes) add("--excludeCollectionsWithPrefix", prefix);
    return out;
  }

  bool names_a_database() const { return !settings_.db.empty() || !include_.empty(); }

 private:
  static bool any_matches(const std::vector<Pattern>& patterns, const Namespace& ns) {
    const auto name = ns.text();
    return std::ranges::any_of(patterns, [&](const Pattern& pattern) { return pattern.matches(name); });
  }

  const Settings& settings_;
  std::vector<Pattern> include_;
  std::vector<Pattern> exclude_;
};

std::optional<Role> admin_role(std::string_view collection) {
  if (collection == "system.users") return Role::users;
  if (collection == "system.roles") return Role::roles;
  if (collection == "system.version") return Role::auth_version;
  return std::nullopt;
}

/// Users and roles are in admin, or under "$admin." in the dump of one database.
std::optional<Role> user_role(const Namespace& ns) {
  if (ns.db == "admin") return admin_role(ns.collection);
  if (ns.collection.starts_with(db_users_prefix)) return admin_role(ns.collection.substr(db_users_prefix.size()));
  return std::nullopt;
}

bool takes_users(const Settings& settings, const Selection& selection, const Namespace& ns) {
  if (settings.restore_db_users_and_roles) return true;
  if (ns.collection.starts_with(db_users_prefix)) return false;
  return selection.accepts(ns);
}

// Belongs to the server and not to its data, or is what a killed restore of users has left. The official dump skips
// most of it; old dumps do not.
bool belongs_to_the_server(const Settings& settings, const Namespace& ns, const Selection& selection) {
  if (ns.db == "admin" &&
      (ns.collection == settings.temp_users_collection || ns.collection == settings.temp_roles_collection))
    return true;
  if (ns.db == "local") return true;
  if (ns.db == "config") return !selection.names_a_database();
  if (mongo::is_staging_name(ns.collection)) return true;
  return ns.collection.starts_with("system.") && ns.collection != "system.js";
}

Role role_of(const DumpCollection& collection, const mongo::Metadata& metadata) {
  if (collection.type == "view" || metadata.options.has("viewOn")) return Role::view;
  if (collection.type == "timeseries" || metadata.options.has("timeseries")) return Role::time_series;
  return Role::collection;
}

// Their documents are buckets, which no other kind of collection can represent.
Bson time_series_only(const Bson& options) {
  return std::move(Bson().append_fields(options.get(), [](std::string_view key) { return key == "timeseries"; }));
}

void refuse_missing_documents(const DumpCollection& collection) {
  throw Error(ErrorKind::data,
              "the dump has the metadata of '" + collection.ns.text() + "', but no file with its documents",
              "without --drop it is created empty if it does not exist; or exclude it with --nsExclude='" +
                  collection.ns.text() + "'");
}

Target data_target(const Settings& settings, const DumpCollection& collection, Namespace ns) {
  Target target;
  target.metadata = mongo::check_collection(collection);
  refuse_legacy_keys(settings, collection.ns, target.metadata.indexes);
  if (settings.drop && collection.documents_missing) refuse_missing_documents(collection);
  target.role = role_of(collection, target.metadata);
  if (!settings.restore_options) {
    if (target.role != Role::time_series) target.role = Role::collection;
    target.metadata.options = time_series_only(target.metadata.options);
  }
  target.ns = std::move(ns);
  if (target.ns.db.empty() || target.ns.collection.empty())
    throw Error(ErrorKind::config, "cannot rename '" + collection.ns.text() + "' to '" + target.ns.text() +
                                       "': that is not a valid name of a collection");
  target.documents = target.ns;
  if (target.role == Role::time_series)
    target.documents.collection = std::string(mongo::buckets_prefix) + target.ns.collection;
  target.ordered = settings.maintain_insertion_order || mongo::truth_of(target.metadata.options.get(), "capped");
  return target;
}

void refuse_clashes(const std::vector<DumpCollection>& collections, const Plan& plan) {
  std::map<Namespace, Namespace> taken;
  for (std::size_t i = 0; i < plan.targets.size(); i++) {
    if (!plan.targets[i] || !plan.targets[i]->is_created()) continue;
    const auto [other, fresh] = taken.emplace(plan.targets[i]->ns, collections[i].ns);
    if (!fresh)
      throw Error(ErrorKind::config,
                  "'" + other->second.text() + "' and '" + collections[i].ns.text() + "' would both become '" +
                      other->first.text() + "'",
                  "change --nsFrom and --nsTo, or exclude one with --nsExclude");
  }
}

bool any_of(const std::vector<DumpCollection>& collections, const std::function<bool(const Namespace&)>& fits) {
  return std::ranges::any_of(collections, [&](const auto& one) { return !one.ns.db.empty() && fits(one.ns); });
}

Error idle(const std::string& what, const std::string& flag, const std::string& pattern) {
  const bool names_a_database = pattern.find_first_of(".*$") == std::string::npos;
  return {ErrorKind::no_input, "no " + what + " of the dump matches --" + flag + "='" + pattern + "'",
          names_a_database ? "a pattern matches database and collection: " + pattern + ".*"
                           : "names are the dump's own, before renaming; --allow-empty makes this a success"};
}

/// A misspelt pattern would skip data, or restore it under its old name.
void refuse_idle_patterns(const Settings& settings, const Selection& selection, const mongo::Renamer& renamer,
                          const std::vector<DumpCollection>& collections) {
  for (const auto& text : settings.ns_include)
    if (const Pattern pattern(text); !any_of(collections, [&](const auto& ns) { return pattern.matches(ns.text()); }))
      throw idle("collection", "nsInclude", text);
  for (std::size_t i = 0; i < settings.ns_from.size(); i++) {
    if (!any_of(collections, [&](const auto& ns) { return renamer.fits(i, ns.text()); }))
      throw idle("collection", "nsFrom", settings.ns_from[i]);
    if (!any_of(collections, [&](const auto& ns) { return selection.includes(ns) && renamer.fits(i, ns.text()); }))
      throw idle("selected collection", "nsFrom", settings.ns_from[i]);
  }
}

Error nothing_selected(const Settings& settings, const Selection& selection) {
  std::string hint = "names are the dump's own, before renaming; --allow-empty makes this a success";
  if (settings.db_of_uri)
    hint = "the connection string names the database '" + settings.db +
           "': to log in there and restore all databases, write /?authSource=" + settings.db;
  else if (!settings.db.empty() && settings.input != Input::folder && settings.ns_from.empty())
    hint = "--db selects a database of the archive; to restore under another name: --nsFrom='OLD.*' --nsTo='" +
           settings.db + ".*'";
  return {ErrorKind::no_input, "no collection of the dump is selected by " + selection.text(), std::move(hint)};
}

std::optional<Target> user_target(const Settings& settings, Role role) {
  Target target;
  target.role = role;
  const auto& temporary = role == Role::users ? settings.temp_users_collection : settings.temp_roles_collection;
  target.ns = target.documents = {"admin", temporary};
  return target;
}

Target legacy_indexes_target(const Namespace& ns) {
  Target target;
  target.role = Role::legacy_indexes;
  target.ns = ns;
  return target;
}

Plan plan_of_places(const Settings& settings, const std::vector<DumpCollection>& collections) {
  Plan plan;
  for (const auto& collection : collections) {
    auto& target = plan.targets.emplace_back();
    if (const auto place = settings.placed.find(collection.ns); place != settings.placed.end())
      target = data_target(settings, collection, place->second);
    else if (mongo::is_legacy_indexes(collection.ns))
      target = legacy_indexes_target(collection.ns);
  }
  return plan;
}

}  // namespace

bool Plan::restores(Role role) const noexcept {
  return std::ranges::any_of(targets, [&](const auto& target) { return target && target->role == role; });
}

void refuse_legacy_keys(const Settings& settings, const Namespace& ns, const std::vector<Bson>& indexes) {
  if (!settings.restore_indexes || settings.convert_legacy_indexes) return;
  for (const auto& index : indexes) {
    // Indexes of version 1 may have them.
    if (settings.keep_index_version && mongo::number_of(index.get(), "v") == 1) continue;
    if (const auto field = mongo::legacy_key_field(index))
      throw Error(ErrorKind::data,
                  "the index '" + mongo::text_of(index.get(), "name") + "' of '" + ns.text() + "' has a value for '" +
                      *field + "' that servers since 3.4 reject",
                  "--convertLegacyIndexes makes it 1, which has the same meaning; --noIndexRestore skips indexes");
  }
}

Plan make_plan(const Settings& settings, const std::vector<DumpCollection>& collections) {
  if (!settings.placed.empty()) return plan_of_places(settings, collections);
  const Selection selection(settings);
  const mongo::Renamer renamer(settings.ns_from, settings.ns_to);
  Plan plan;
  bool chosen = false;
  for (const auto& collection : collections) {
    auto& target = plan.targets.emplace_back();
    const auto& ns = collection.ns;
    if (ns.db.empty()) {
      if (!settings.oplog_replay) continue;
      target.emplace().role = Role::oplog;
    } else if (const auto role = user_role(ns)) {
      // The version is only read: it tells how to interpret users, whatever is selected.
      if (*role == Role::auth_version || takes_users(settings, selection, ns)) target = user_target(settings, *role);
      if (target && target->holds_users() && selection.accepts(ns)) chosen = true;
      if (!target && ns.db != "admin" && selection.accepts(ns)) plan.unasked_logins.push_back(ns.text());
    } else if (mongo::is_legacy_indexes(ns) && ns.db != "local") {
      if (settings.restore_indexes) target = legacy_indexes_target(ns);
    } else if (!selection.accepts(ns)) {
      continue;
    } else if (ns.collection.starts_with(mongo::buckets_prefix)) {
      mongo::check_collection(collection);
    } else if (belongs_to_the_server(settings, ns, selection)) {
      plan.passed_over.push_back(ns.text());
    } else {
      target = data_target(settings, collection, mongo::parse_namespace(renamer.rename(ns.text())));
      if (collection.documents_missing) plan.without_documents.push_back(ns.text());
      chosen = true;
    }
  }
  if (!settings.allow_empty) {
    if (!chosen && selection.chooses()) throw nothing_selected(settings, selection);
    refuse_idle_patterns(settings, selection, renamer, collections);
  }
  if (settings.oplog_replay && !plan.restores(Role::oplog))
    throw Error(ErrorKind::no_input, "there is no oplog in the dump to replay",
                "dump with --oplog, or omit --oplogReplay");
  refuse_clashes(collections, plan);
  return plan;
}

}  // namespace sidekick::restore
