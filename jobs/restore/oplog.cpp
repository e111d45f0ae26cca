#include "restore/oplog.hpp"

#include <charconv>
#include <set>

#include "mongo/persevere.hpp"
#include "sidekick/error.hpp"

namespace sidekick::restore {

using mongo::Bson;
using mongo::Namespace;

namespace {

constexpr std::size_t max_group_operations = 500;
constexpr std::size_t max_group_bytes = std::size_t{4} << 20;

/// The first key of a command is its name, the value mostly a collection.
std::string command_name(const Bson& command) {
  bson_iter_t it;
  if (!bson_iter_init(&it, command.get()) || !bson_iter_next(&it)) return {};
  return bson_iter_key(&it);
}

// Fields that bind an entry to the session, position and collection UUID of its source.
bool belongs_to_the_entry(std::string_view key, const Settings& settings) {
  if (key == "ui") return settings.preserve_uuid;
  return key == "op" || key == "ns" || key == "o" || key == "o2" || key == "b";
}

bool is_bookkeeping(const std::string& ns) {
  for (const std::string_view prefix : {"config.", "local.", "admin.system.keys"})
    if (ns.starts_with(prefix)) return true;
  return ns.find(".system.indexes") != std::string::npos || ns.find(".system.profile") != std::string::npos;
}

bool is_of_logins(const std::string& ns) {
  return ns == "admin.system.users" || ns == "admin.system.roles";
}

std::string transaction_key(const Bson& entry) {
  if (!entry.has("lsid") || !entry.has("txnNumber")) return {};
  return mongo::document_of(entry.get(), "lsid").to_json() + std::to_string(mongo::number_of(entry.get(), "txnNumber"));
}

std::uint64_t timestamp_of(const Bson& entry) {
  const auto ts = mongo::find(entry.get(), "ts");
  if (!ts || !BSON_ITER_HOLDS_TIMESTAMP(&*ts)) return 0;
  std::uint32_t seconds = 0;
  std::uint32_t ordinal = 0;
  bson_iter_timestamp(&*ts, &seconds, &ordinal);
  return (std::uint64_t{seconds} << 32) | ordinal;
}

// The target to drop is identified by its UUID at the source.
Bson without_target_identity(const Bson& rename) {
  Bson out;
  out.append_fields(rename.get(), [](std::string_view key) { return key != "dropTarget"; });
  const auto target = mongo::find(rename.get(), "dropTarget");
  if (target) out.append("dropTarget", !BSON_ITER_HOLDS_BOOL(&*target) || bson_iter_bool(&*target));
  return out;
}

Bson with_command(const Bson& operation, const Bson& command) {
  Bson out;
  out.append_fields(operation.get(), [](std::string_view key) { return key != "o"; });
  return std::move(out.append("o", command));
}

}  // namespace

std::optional<std::uint64_t> parse_oplog_limit(const std::string& text) {
  if (text.empty()) return std::nullopt;
  std::uint32_t seconds = 0;
  std::uint32_t ordinal = 0;
  const char* end = text.data() + text.size();
  auto parsed = std::from_chars(text.data(), end, seconds);
  if (parsed.ec == std::errc() && parsed.ptr != end && *parsed.ptr == ':')
    parsed = std::from_chars(parsed.ptr + 1, end, ordinal);
  if (parsed.ec != std::errc() || parsed.ptr != end)
    throw Error(ErrorKind::usage, "--oplogLimit '" + text + "' is not of the form SECONDS[:ORDINAL]");
  return (std::uint64_t{seconds} << 32) | ordinal;
}

OplogReplay::OplogReplay(const mongo::Client& client, IndexCatalog& catalog, CollectionGuard& guard,
                         const Settings& settings, const Bson& write_concern, JobContext& context)
    : client_(client),
      catalog_(catalog),
      guard_(guard),
      settings_(settings),
      write_concern_(write_concern),
      context_(context),
      limit_(parse_oplog_limit(settings.oplog_limit)) {}

void OplogReplay::apply(mongo::Bytes bytes) {
  const Bson entry(bytes);
  if (limit_ && timestamp_of(entry) >= *limit_) return;
  apply_operation(entry);
}

void OplogReplay::apply_operation(const Bson& entry) {
  const auto op = mongo::text_of(entry.get(), "op");
  if (op == "n" || is_bookkeeping(mongo::text_of(entry.get(), "ns"))) return;
  const auto command = mongo::document_of(entry.get(), "o");
  if (op == "c" && command.has("applyOps")) return apply_transaction(entry);
  if (op == "c" && (command.has("commitTransaction") || command.has("abortTransaction")))
    return end_transaction(entry, command_name(command));
  Bson operation;
  operation.append_fields(entry.get(), [&](std::string_view key) { return belongs_to_the_entry(key, settings_); });
  if (op == "c")
    apply_command(operation);
  else if (is_of_logins(mongo::text_of(entry.get(), "ns")))
    login_operations_.push_back(std::move(operation));
  else
    add(std::move(operation));
}

void OplogReplay::apply_transaction(const Bson& entry) {
  const auto command = mongo::document_of(entry.get(), "o");
  const auto key = transaction_key(entry);
  auto operations = mongo::documents_of(command.get(), "applyOps");
  if (key.empty()) {
    for (const auto& operation : operations) apply_operation(operation);
    return;
  }
  auto& held = transactions_[key];
  for (auto& operation : operations) held.push_back(std::move(operation));
  if (mongo::truth_of(command.get(), "partialTxn") || mongo::truth_of(command.get(), "prepare")) return;
  const auto whole = std::move(transactions_.extract(key).mapped());
  for (const auto& operation : whole) apply_operation(operation);
}

void OplogReplay::end_transaction(const Bson& entry, std::string_view name) {
  auto held = transactions_.extract(transaction_key(entry));
  if (held.empty() || name == "abortTransaction") return;
  for (const auto& operation : held.mapped()) apply_operation(operation);
}

void OplogReplay::modify_collection(const Bson& operation, const Namespace& ns) {
  const auto command = mongo::document_of(operation.get(), "o");
  if (const auto change = mongo::document_of(command.get(), "index"); !change.empty()) catalog_.modify(ns, change);
  Bson rest;
  rest.append_fields(command.get(), [](std::string_view key) { return key != "index"; });
  if (bson_count_keys(rest.get()) > 1) run_now(with_command(operation, rest));
}

void OplogReplay::apply_command(const Bson& operation) {
  const auto command = mongo::document_of(operation.get(), "o");
  const auto name = command_name(command);
  const auto db = mongo::parse_namespace(mongo::text_of(operation.get(), "ns")).db;
  const Namespace ns{db, mongo::text_of(command.get(), name)};
  if (name == "startIndexBuild" || name == "abortIndexBuild" || name == "dbCheck") return;
  if (name == "createIndexes") {
    Bson spec;
    spec.append_fields(command.get(), [](std::string_view key) { return key != "createIndexes"; });
    return catalog_.add(ns, {spec});
  }
  if (name == "commitIndexBuild") return catalog_.add(ns, mongo::documents_of(command.get(), "indexes"));
  if (name == "dropIndexes" || name == "deleteIndexes")
    return catalog_.remove(ns, mongo::text_of(command.get(), "index"));
  if (name == "collMod") return modify_collection(operation, ns);
  if (name == "renameCollection") return rename_collection(operation);
  if (name == "create") return create_collection(operation, ns);
  if (name == "dropDatabase") return drop_database(operation, db);
  flush();
  mongo::persevere(context_, [&] { guard_.look(client_, ns); });
  if (name == "drop") {
    catalog_.drop(ns);
    guard_.forget(ns);
  }
  run_now(operation);
}

void OplogReplay::create_collection(const Bson& operation, const Namespace& ns) {
  flush();
  catalog_.create(ns, mongo::document_of(operation.get(), "o"));
  mongo::persevere(context_, [&] {
    // A dump's cursor may already have read the result of the entry.
    if (const auto found = guard_.look(client_, ns)) return guard_.use(ns, *found);
    guard_.create(client_, ns, !settings_.preserve_uuid, [&] { return send_one(operation); });
  });
}

void OplogReplay::drop_database(const Bson& operation, const std::string& db) {
  flush();
  catalog_.drop_database(db);
  mongo::persevere(context_, [&] { guard_.release_database(client_, db); });
  run_now(operation);
}

void OplogReplay::rename_collection(const Bson& operation) {
  const auto command = mongo::document_of(operation.get(), "o");
  const auto from = mongo::parse_namespace(mongo::text_of(command.get(), "renameCollection"));
  const auto to = mongo::parse_namespace(mongo::text_of(command.get(), "to"));
  flush();
  catalog_.rename(from, to);
  mongo::persevere(context_, [&] {
    guard_.look(client_, to);
    if (const auto found = guard_.look(client_, from)) guard_.rename(from, to, *found);
  });
  run_now(with_command(operation, settings_.preserve_uuid ? command : without_target_identity(command)));
}

// With its UUID, an entry is applied to that collection, or rejected where it was replaced.
void OplogReplay::add(Bson operation) {
  const auto ns = mongo::parse_namespace(mongo::text_of(operation.get(), "ns"));
  const auto uuid = mongo::persevere(context_, [&] { return guard_.identity(client_, ns); });
  Bson identified;
  identified.append_fields(operation.get(), [](std::string_view key) { return key != "ui"; });
  if (uuid) append_uuid(identified, "ui", *uuid);
  operation = std::move(identified);
  const auto bytes = operation.bytes().size();
  if (group_.size() == max_group_operations || group_bytes_ + bytes > max_group_bytes) flush();
  group_bytes_ += bytes;
  group_.push_back(std::move(operation));
}

void OplogReplay::run_now(const Bson& operation) {
  flush();
  send_one(operation);
}

void OplogReplay::finish() {
  flush();
}

void OplogReplay::flush() {
  if (group_.empty()) return;
  try {
    send(group_);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    confirm_group();
    // One entry of the group was rejected: retried alone, each shows which; applying twice is harmless.
    for (const auto& operation : group_) send_one(operation);
  }
  applied_ += group_.size();
  group_.clear();
  group_bytes_ = 0;
}

void OplogReplay::confirm_group() {
  std::set<Namespace> names;
  for (const auto& operation : group_) names.insert(mongo::parse_namespace(mongo::text_of(operation.get(), "ns")));
  for (const auto& ns : names) mongo::persevere(context_, [&] { guard_.confirm(client_, ns); });
}

void OplogReplay::send(const std::vector<Bson>& operations) {
  Bson command;
  command.append_array("applyOps", operations).append("allowAtomic", false).append("writeConcern", write_concern_);
  mongo::persevere(context_, [&] { client_.run("admin", command, "cannot replay the oplog"); });
}

Bson OplogReplay::send_one(const Bson& operation) {
  constexpr std::uint32_t illegal_operation = 20;
  constexpr std::uint32_t cannot_remove_from_capped = 10089;
  const auto op = mongo::text_of(operation.get(), "op");
  const auto ns = mongo::text_of(operation.get(), "ns");
  Bson command;
  command.append_array("applyOps", {operation}).append("allowAtomic", false).append("writeConcern", write_concern_);
  const auto what = "cannot replay the oplog on '" + ns + "' (" + op + ")";
  return mongo::persevere(context_, [&] {
    // A dump's cursor may already have read the result of the entry, or a capped collection may have done it by itself.
    if (op == "c")
      return client_.run("admin", command, what,
                         {mongo::namespace_exists, mongo::namespace_not_found, mongo::index_not_found});
    if (op == "d")
      return client_.run("admin", command, what,
                         {illegal_operation, cannot_remove_from_capped, mongo::namespace_not_found});
    return client_.run("admin", command, what);
  });
}

}  // namespace sidekick::restore
