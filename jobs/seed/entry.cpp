#include "seed/entry.hpp"

#include "lease/record.hpp"
#include "restore/collection_guard.hpp"
#include "sidekick/error.hpp"

namespace sidekick::seed {

using mongo::Bson;

namespace {

constexpr std::int32_t current_format = 1;

std::string uuid_of(const bson_t* document, const char* key) {
  const auto field = mongo::find(document, key);
  if (!field || !BSON_ITER_HOLDS_BINARY(&*field)) return {};
  const std::uint8_t* bytes = nullptr;
  std::uint32_t size = 0;
  bson_iter_binary(&*field, nullptr, &size, &bytes);
  return {bytes, bytes + size};
}

std::vector<Namespace> names_of(const bson_t* document, const char* key) {
  std::vector<Namespace> out;
  for (const auto& item : mongo::documents_of(document, key))
    out.push_back({mongo::text_of(item.get(), "db"), mongo::text_of(item.get(), "collection")});
  return out;
}

Bson to_bson(const Namespace& ns) {
  return std::move(Bson().append("db", ns.db).append("collection", ns.collection));
}

std::vector<Bson> to_bson(const std::vector<Namespace>& names) {
  std::vector<Bson> out;
  out.reserve(names.size());
  for (const auto& ns : names) out.push_back(to_bson(ns));
  return out;
}

Namespace name_of(const bson_t* document, const char* key) {
  const auto ns = mongo::document_of(document, key);
  return {mongo::text_of(ns.get(), "db"), mongo::text_of(ns.get(), "collection")};
}

Bson to_bson(const Content& content) {
  return std::move(Bson().append("sha256", content.sha256).append("label", content.label));
}

Content content_of(const bson_t* document, const char* key) {
  const auto content = mongo::document_of(document, key);
  return {mongo::text_of(content.get(), "sha256"), mongo::text_of(content.get(), "label")};
}

Bson to_bson(const Move& move) {
  Bson out;
  out.append("from", to_bson(move.from));
  restore::append_uuid(out, "uuid", move.uuid);
  out.append("to", to_bson(move.to));
  if (!move.drops.empty()) restore::append_uuid(out, "drops", move.drops);
  out.append("onlyEmpty", move.only_empty);
  return out;
}

Bson to_bson(const Plan& plan) {
  std::vector<Bson> moves, views;
  for (const auto& move : plan.moves) moves.push_back(to_bson(move));
  for (const auto& view : plan.views)
    views.push_back(Bson().append("ns", to_bson(view.ns)).append("options", view.options));
  Bson out;
  out.append("content", to_bson(plan.content)).append_array("moves", moves).append_array("views", views);
  out.append_array("targets", to_bson(plan.targets));
  return std::move(out.append("documents", static_cast<std::int64_t>(plan.documents)));
}

Plan plan_of(const Bson& document) {
  Plan plan;
  plan.content = content_of(document.get(), "content");
  for (const auto& move : mongo::documents_of(document.get(), "moves"))
    plan.moves.push_back({name_of(move.get(), "from"), uuid_of(move.get(), "uuid"), name_of(move.get(), "to"),
                          uuid_of(move.get(), "drops"), mongo::truth_of(move.get(), "onlyEmpty")});
  for (const auto& view : mongo::documents_of(document.get(), "views"))
    plan.views.push_back({name_of(view.get(), "ns"), mongo::text_of(view.get(), "options")});
  plan.targets = names_of(document.get(), "targets");
  plan.documents = static_cast<std::uint64_t>(mongo::number_of(document.get(), "documents"));
  return plan;
}

}  // namespace

std::string Entry::state() const {
  if (plan) return "planned";
  if (!staging.empty()) return "staging";
  if (is_done()) return "done";
  return forgotten ? "forgotten" : "new";
}

Entry parse_entry(const Bson& document) {
  const auto* raw = document.get();
  Entry entry;
  entry.name = mongo::text_of(raw, "_id");
  if (document.has("format") && mongo::number_of(raw, "format") != current_format)
    throw Error(ErrorKind::data, "the entry '" + entry.name + "' of the ledger has an unknown format",
                "a newer sidekick wrote it: use that version");
  entry.revision = mongo::number_of(raw, "revision");
  const auto lease = mongo::document_of(raw, "lease");
  entry.holder = {static_cast<std::uint64_t>(mongo::number_of(lease.get(), "number")),
                  mongo::text_of(lease.get(), "id")};
  const auto record = lease::parse_record(mongo::text_of(lease.get(), "text"));
  entry.holder_text = record.holder;
  entry.lease = record.ends_after;
  entry.held = record.state == lease::Record::State::held;
  entry.ledger = uuid_of(raw, "ledger");
  entry.content = content_of(raw, "content");
  entry.targets = names_of(raw, "targets");
  entry.documents = static_cast<std::uint64_t>(mongo::number_of(raw, "documents"));
  for (const auto& earlier : mongo::documents_of(raw, "inPlace"))
    entry.in_place.push_back(mongo::text_of(earlier.get(), "sha256"));
  entry.staging = names_of(raw, "staging");
  if (const auto plan = mongo::document_of(raw, "plan"); !plan.empty()) entry.plan = plan_of(plan);
  entry.forgotten = mongo::truth_of(raw, "forgotten");
  entry.by = mongo::text_of(raw, "by");
  entry.at = mongo::text_of(raw, "at");
  entry.seconds = static_cast<double>(mongo::number_of(raw, "milliseconds")) / 1000;
  return entry;
}

Bson fields_of(const Entry& entry) {
  std::vector<Bson> in_place;
  in_place.reserve(entry.in_place.size());
  for (const auto& sha256 : entry.in_place) in_place.push_back(Bson().append("sha256", sha256));
  Bson out;
  out.append("format", current_format).append("state", entry.state());
  if (!entry.ledger.empty()) restore::append_uuid(out, "ledger", entry.ledger);
  out.append("content", to_bson(entry.content)).append_array("targets", to_bson(entry.targets));
  out.append("documents", static_cast<std::int64_t>(entry.documents)).append_array("inPlace", in_place);
  out.append_array("staging", to_bson(entry.staging)).append("plan", entry.plan ? to_bson(*entry.plan) : Bson());
  out.append("forgotten", entry.forgotten).append("by", entry.by).append("at", entry.at);
  return std::move(out.append("milliseconds", static_cast<std::int64_t>(entry.seconds * 1000)));
}

}  // namespace sidekick::seed
