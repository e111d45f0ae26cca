#include "restore/inserter.hpp"

#include <algorithm>
#include <deque>
#include <numeric>

#include "mongo/persevere.hpp"
#include "sidekick/error.hpp"
#include "sidekick/utf8.hpp"

namespace sidekick::restore {

using mongo::Bson;

namespace {

constexpr std::int64_t duplicate_key = 11000;
constexpr std::size_t shown_id_bytes = 80;

Bson insert_options(bool ordered, const Settings& settings, const Server& server, const Bson& write_concern) {
  Bson options;
  // The library would reject empty and dotted keys, which servers store.
  options.append("ordered", ordered).append("validate", false).append("writeConcern", write_concern);
  if (settings.bypass_document_validation) options.append("bypassDocumentValidation", true);
  if (server.keeps_zero_timestamps()) options.append("bypassEmptyTsReplacement", true);
  return options;
}

bool spoils_the_command(const bson_error_t& error) {
  if (error.domain == MONGOC_ERROR_BSON) return true;
  return error.domain == MONGOC_ERROR_SERVER &&
         std::ranges::find(Inserter::spoiling_codes, error.code) != Inserter::spoiling_codes.end();
}

std::string what_of(const Batch& batch) {
  return "cannot insert into '" + batch.target->ns.text() + "'";
}

/// A duplicate of the _id, not of a value in another unique index. A clustered collection, such as the buckets of a
/// time series, has no index of its _id to name.
bool is_of_id(std::string_view message) {
  return message.find(" index: _id_ ") != std::string_view::npos || message.find(" index: ") == std::string_view::npos;
}

std::string id_text(mongo::Bytes document) {
  const mongo::BsonView view(document);
  const auto id = mongo::find(view.get(), "_id");
  if (!id) return "without _id";
  auto text = Bson().append_value("_id", *id).to_json();
  if (text.size() <= shown_id_bytes) return text;
  return std::string(beginning(text, shown_id_bytes)) + "…";
}

}  // namespace

Inserter::Inserter(const mongo::Client& client, CollectionGuard& guard, const Settings& settings, const Server& server,
                   const Bson& write_concern, Tally& tally, JobContext& context)
    : client_(client),
      guard_(guard),
      settings_(settings),
      server_(server),
      write_concern_(write_concern),
      tally_(tally),
      context_(context),
      unordered_(insert_options(false, settings, server, write_concern)),
      ordered_(insert_options(true, settings, server, write_concern)) {}

std::pair<Inserter::Indexes, Inserter::Indexes> Inserter::halves(const Indexes& all) {
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  return {{all.begin(), middle}, {middle, all.end()}};
}

OnDuplicate Inserter::policy(const Batch& batch) const {
  // --drop does not drop system collections, but promises the state of the dump.
  if (settings_.drop && batch.target->ns.collection.starts_with("system.")) return OnDuplicate::replace;
  return settings_.on_duplicate;
}

void Inserter::insert(const Batch& batch) {
  doubtful_ = false;
  Indexes plain(batch.count());
  std::iota(plain.begin(), plain.end(), 0);
  if (!server_.keeps_zero_timestamps() && !batch.zero_timestamps.empty()) {
    std::erase_if(plain, [&](auto i) { return std::ranges::binary_search(batch.zero_timestamps, i); });
    insert_zero_timestamps(batch);
  }
  if (expects_stored(batch)) leave_out_stored(batch, plain);
  if (batch.target->ordered)
    insert_ordered(batch, std::move(plain));
  else
    insert_unordered(batch, std::move(plain));
}

void Inserter::insert_unordered(const Batch& batch, Indexes which) {
  if (which.empty()) return;
  const auto failures = mongo::persevere(context_, [&] { return try_insert(batch, which, unordered_); });
  if (!failures) {
    auto [first, second] = halves(which);
    insert_unordered(batch, std::move(first));
    return insert_unordered(batch, std::move(second));
  }
  tally_.inserted += which.size() - failures->size();
  Failures duplicates;
  for (const auto& failure : *failures) {
    if (failure.code == duplicate_key)
      duplicates.push_back(failure);
    else
      reject(batch, failure);
  }
  settle_duplicates(batch, duplicates);
}

void Inserter::insert_ordered(const Batch& batch, Indexes left) {
  while (!left.empty()) {
    // Without a way to see which others exist, one is sent at a time.
    const auto next = may_read_ ? left : Indexes{left.front()};
    const auto failures = mongo::persevere(context_, [&] { return try_insert(batch, next, ordered_); });
    if (!failures) {
      auto [first, second] = halves(left);
      insert_ordered(batch, std::move(first));
      left = std::move(second);
      continue;
    }
    if (failures->empty()) {
      tally_.inserted += next.size();
      left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(next.size()));
      continue;
    }
    const auto& failure = failures->front();
    const auto stopped_at = std::ranges::find(left, failure.document);
    tally_.inserted += static_cast<std::size_t>(stopped_at - left.begin());
    left.erase(left.begin(), stopped_at);
    left.erase(left.begin());
    if (failure.code != duplicate_key) {
      reject(batch, failure);
      continue;
    }
    settle_duplicates(batch, {failure});
    // Where one exists, others may too: one query instead of a failing insert for each.
    leave_out_stored(batch, left);
  }
}

/// Nothing where the server rejects the command because of the content of one of several documents.
std::optional<Inserter::Failures> Inserter::try_insert(const Batch& batch, const Indexes& which, const Bson& options) {
  std::deque<mongo::BsonView> views;
  std::vector<const bson_t*> pointers;
  pointers.reserve(which.size());
  for (const auto i : which) pointers.push_back(views.emplace_back(batch.document(i)).get());

  const auto& ns = batch.target->ns;
  guard_.before_write(client_, ns);
  auto guarded = options;
  guard_.append_uuid(guarded, ns);
  const auto collection = mongo::collection_of(client_, batch.target->documents);
  bson_error_t error;
  bson_t raw;
  const bool done =
      mongoc_collection_insert_many(collection.get(), pointers.data(), pointers.size(), guarded.get(), &raw, &error);
  const Bson reply(&raw);
  bson_destroy(&raw);
  if (done) return Failures();
  auto failures = failures_in(batch, which, reply);
  const auto concerns = mongo::documents_of(reply.get(), "writeConcernErrors");
  if (!failures.empty() && concerns.empty() && !mongo::find(reply.get(), "errorReplies")) return failures;
  if (concerns.empty() && failures.empty() && spoils_the_command(error)) {
    if (which.size() > 1) return std::nullopt;
    return Failures{{which.front(), 0, one_line(error.message)}};
  }
  if (!concerns.empty()) {
    const auto& concern = concerns.front();
    bson_set_error(&error, MONGOC_ERROR_WRITE_CONCERN,
                   static_cast<std::uint32_t>(mongo::number_of(concern.get(), "code")), "%s",
                   mongo::text_of(concern.get(), "errmsg").c_str());
  }
  doubtful_ = true;
  guard_.distrust(ns);
  auto failure = mongo::mongo_error(error, reply.get(), what_of(batch));
  if (failure.kind() == ErrorKind::data) guard_.confirm(client_, ns);
  throw failure;
}

/// The documents that a write did not store.
Inserter::Failures Inserter::failures_in(const Batch& batch, const Indexes& which, const Bson& reply) {
  Failures failures;
  for (const auto& failure : mongo::documents_of(reply.get(), "writeErrors")) {
    const auto code = mongo::number_of(failure.get(), "code");
    const auto message = mongo::text_of(failure.get(), "errmsg");
    if (code == collection_uuid_mismatch) guard_.mismatch(client_, batch.target->ns);
    if (mongo::kind_of_server_code(code) == ErrorKind::unavailable) {
      doubtful_ = true;
      guard_.distrust(batch.target->ns);
      throw Error(ErrorKind::unavailable, what_of(batch) + ": " + message);
    }
    failures.push_back({which.at(static_cast<std::size_t>(mongo::number_of(failure.get(), "index"))), code, message});
  }
  return failures;
}

void Inserter::settle_duplicates(const Batch& batch, const Failures& duplicates) {
  if (duplicates.empty()) return;
  const auto on_duplicate = policy(batch);
  Indexes which;
  for (const auto& duplicate : duplicates) which.push_back(duplicate.document);
  std::ranges::sort(which);
  Presence presence;
  if (doubtful_ || on_duplicate == OnDuplicate::same || on_duplicate == OnDuplicate::replace)
    presence = mongo::persevere(context_, [&] { return look_up(batch, which); });
  tally_.already_there += presence.same.size();
  mostly_stored_[batch.target] = 2 * presence.same.size() > batch.count();
  Indexes replaced;
  for (const auto& duplicate : duplicates) {
    if (std::ranges::binary_search(presence.same, duplicate.document)) continue;
    if (on_duplicate == OnDuplicate::keep)
      tally_.kept++;
    else if (!may_read_ && on_duplicate != OnDuplicate::error && is_of_id(duplicate.message))
      tally_.unread++;
    else if (on_duplicate == OnDuplicate::replace && std::ranges::binary_search(presence.different, duplicate.document))
      replaced.push_back(duplicate.document);
    else
      reject(batch, duplicate);
  }
  tally_.replaced += write_literally(batch, replaced);
}

// A server is slow to reject a duplicate: where most existed already, they are queried before they are sent. A full
// capped collection of 4.4 evicts its oldest document even for a rejected duplicate.
bool Inserter::expects_stored(const Batch& batch) const {
  const bool capped = mongo::truth_of(batch.target->metadata.options.get(), "capped");
  if (capped && policy(batch) != OnDuplicate::error) return true;
  const auto last = mostly_stored_.find(batch.target);
  return last != mostly_stored_.end() && last->second && policy(batch) != OnDuplicate::error;
}

void Inserter::leave_out_stored(const Batch& batch, Indexes& which) {
  const auto stored = mongo::persevere(context_, [&] { return look_up(batch, which); }).same;
  tally_.already_there += stored.size();
  mostly_stored_[batch.target] = 2 * stored.size() > which.size();
  std::erase_if(which, [&](auto i) { return std::ranges::binary_search(stored, i); });
}

void Inserter::reject(const Batch& batch, const Failure& failure) {
  auto reason = batch.target->ns.text() + " " + id_text(batch.document(failure.document)) + ": " + failure.message;
  context_.log.debug("document not stored", {{"reason", reason}});
  tally_.reject(reason);
  if (settings_.stop_on_error) throw Error(ErrorKind::data, "a document is not stored: " + reason);
}

}  // namespace sidekick::restore
