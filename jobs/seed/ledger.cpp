#include "seed/ledger.hpp"

#include "lease/record.hpp"
#include "restore/own_collections.hpp"
#include "sidekick/error.hpp"

namespace sidekick::seed {

using mongo::Bson;
using mongo::Client;

namespace {

constexpr std::uint32_t duplicate_key = 11000;
constexpr std::int32_t longest_read_ms = 10'000;

std::string what_of(const char* verb) {
  return std::string("cannot ") + verb + " the ledger '" + ledger_namespace.text() + "'";
}

/// What every caller of the ledger needs to know of a missing privilege.
template <class Call>
auto told(Call call) try {
  return call();
} catch (const Error& error) {
  if (error.kind() != ErrorKind::denied) throw;
  throw Error(error.kind(), error.message(),
              "seed needs the role readWrite on the database 'sidekick' and on each database of the content");
}

Bson durable() {
  return std::move(Bson().append("w", "majority").append("j", true));
}

/// The document after the change; nothing where none fits `query`.
std::optional<Bson> change(const Client& client, const Bson& query, const Bson& update, bool upsert) {
  Bson command;
  command.append("findAndModify", ledger_namespace.collection).append("query", query).append("update", update);
  command.append("upsert", upsert).append("new", true).append("writeConcern", durable());
  const auto reply = told([&] { return client.run(ledger_namespace.db, command, what_of("write"), {duplicate_key}); });
  if (mongo::number_of(reply.get(), "code") == duplicate_key) return std::nullopt;
  const auto value = mongo::find(reply.get(), "value");
  if (!value || !BSON_ITER_HOLDS_DOCUMENT(&*value)) return std::nullopt;
  return mongo::document_of(reply.get(), "value");
}

std::vector<Bson> find(const Client& client, const Bson& filter, const std::optional<Bson>& concern) {
  Bson command;
  command.append("find", ledger_namespace.collection).append("filter", filter).append("sort", Bson().append("_id", 1));
  if (concern) command.append("readConcern", *concern).append("maxTimeMS", longest_read_ms);
  return told([&] { return client.run_cursor(ledger_namespace.db, command, what_of("read")); });
}

Bson lease_field(std::uint64_t number, const std::string& text) {
  Bson out;
  out.append("number", static_cast<std::int64_t>(number)).append("id", lease::parse_record(text).token);
  return std::move(out.append("text", text));
}

class LedgerRecords final : public lease::Records {
 public:
  LedgerRecords(mongo::Pool& pool, std::string name) : pool_(pool), name_(std::move(name)) {}

  std::vector<std::uint64_t> numbers(const CancelToken& cancel) override {
    cancel.throw_if_cancelled();
    const auto lease = current();
    if (lease.empty()) return {};
    return {static_cast<std::uint64_t>(mongo::number_of(lease.get(), "number"))};
  }

  std::optional<std::string> read(std::uint64_t number, const CancelToken& cancel) override {
    cancel.throw_if_cancelled();
    const auto lease = current();
    if (lease.empty() || static_cast<std::uint64_t>(mongo::number_of(lease.get(), "number")) != number)
      return std::nullopt;
    return mongo::text_of(lease.get(), "text");
  }

  bool create(std::uint64_t number, const std::string& text, const CancelToken& cancel) override {
    cancel.throw_if_cancelled();
    const auto earlier = Bson().append("lease.number", Bson().append("$lt", static_cast<std::int64_t>(number)));
    const auto none = Bson().append("lease", Bson().append("$exists", false));
    auto query = Bson().append("_id", name_).append_array("$or", {earlier, none});
    const auto update = Bson()
                            .append("$set", Bson().append("lease", lease_field(number, text)))
                            .append("$inc", Bson().append("revision", std::int64_t{1}));
    return sent(text, [&] { return change(pool_.client(), query, update, true).has_value(); });
  }

  bool replace(std::uint64_t number, const std::string& before, const std::string& text,
               const CancelToken& cancel) override {
    cancel.throw_if_cancelled();
    auto query = Bson().append("_id", name_).append("lease.number", static_cast<std::int64_t>(number));
    query.append("lease.text", before);
    const auto update = Bson().append("$set", Bson().append("lease.text", text));
    return sent(text, [&] { return change(pool_.client(), query, update, false).has_value(); });
  }

  void remove(std::uint64_t /*number*/, const CancelToken& /*cancel*/) override {}

 private:
  Bson current() {
    const auto found = find(pool_.client(), Bson().append("_id", name_), std::nullopt);
    return found.empty() ? Bson() : mongo::document_of(found.front().get(), "lease");
  }

  /// A text names its holder and is never written twice: one that is there was written by this call.
  template <class Send>
  bool sent(const std::string& text, Send send) {
    try {
      if (send()) return true;
    } catch (const Error& error) {
      if (!error.transient()) throw;
      if (mongo::text_of(current().get(), "text") == text) return true;
      throw;
    }
    return mongo::text_of(current().get(), "text") == text;
  }

  mongo::Pool& pool_;
  const std::string name_;
};

}  // namespace

std::optional<Entry> Ledger::read(const std::string& name) {
  std::optional<Bson> concern;
  if (server_ == Server::replica_set) concern = Bson().append("level", "linearizable");
  const auto found = find(pool_.client(), Bson().append("_id", name), concern);
  if (found.empty()) return std::nullopt;
  return parse_entry(found.front());
}

std::optional<Entry> Ledger::write(const Entry& entry) {
  auto query = Bson().append("_id", entry.name).append("revision", entry.revision - 1);
  query.append("lease.number", static_cast<std::int64_t>(entry.holder.number)).append("lease.id", entry.holder.id);
  const auto update = Bson().append("$set", fields_of(entry).append("revision", entry.revision));
  const auto changed = change(pool_.client(), query, update, false);
  if (!changed) return std::nullopt;
  return parse_entry(*changed);
}

std::string Ledger::uuid() {
  const auto command =
      Bson().append("listCollections", 1).append("filter", Bson().append("name", ledger_namespace.collection));
  const auto listed = told([&] { return pool_.client().run_cursor(ledger_namespace.db, command, what_of("read")); });
  const auto found = restore::server_collections(ledger_namespace.db, listed);
  const auto ledger = found.find(ledger_namespace);
  if (ledger == found.end())
    throw Error(ErrorKind::unavailable, what_of("read") + ": another process has just dropped it");
  return ledger->second.uuid;
}

std::vector<Entry> Ledger::entries() {
  std::vector<Entry> out;
  for (const auto& document : find(pool_.client(), Bson(), std::nullopt)) out.push_back(parse_entry(document));
  return out;
}

std::shared_ptr<lease::Records> ledger_records(mongo::Pool& pool, std::string name) {
  return std::make_shared<LedgerRecords>(pool, std::move(name));
}

}  // namespace sidekick::seed
