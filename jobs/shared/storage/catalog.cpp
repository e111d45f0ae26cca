#include "storage/catalog.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <tuple>

#include "sidekick/edit_distance.hpp"
#include "sidekick/secret.hpp"
#include "storage/read_ahead.hpp"

namespace sidekick::storage {

namespace {

constexpr std::string_view manifest_ending = ".json";

std::optional<BackupName> backup_of_manifest(std::string_view object) {
  if (!object.ends_with(manifest_ending)) return std::nullopt;
  return parse_backup_name(object.substr(0, object.size() - manifest_ending.size()));
}

/// The hint where a job has no backup: names another job.
std::string jobs_there_are(Storage& storage, const CancelToken& cancel) {
  std::set<std::string> jobs;
  for (const auto& name : Catalog(storage, {}).names(cancel)) jobs.insert(name.job);
  std::string out;
  for (const auto& job : jobs) out += (out.empty() ? "it holds backups of: " : ", ") + job;
  return out.empty() ? "it holds no backups: check the path" : out;
}

Error no_backup(Storage& storage, std::string_view name, const std::vector<BackupName>& names,
                const CancelToken& cancel) {
  const auto what = "there is no backup '" + redact_url(name) + "' in '" + storage.where() + "'";
  if (names.empty()) return {ErrorKind::no_input, what, jobs_there_are(storage, cancel)};
  std::vector<std::string> texts;
  texts.reserve(names.size());
  for (const auto& each : names) texts.push_back(each.text());
  const auto wanted = name.substr(0, 200);
  const auto nearest =
      std::ranges::min_element(texts, {}, [&](const auto& each) { return edit_distance(wanted, each); });
  return {ErrorKind::no_input, what, "did you mean '" + *nearest + "'?"};
}

bool is_older(const BackupName& left, const BackupName& right) {
  return std::tie(left.time, left.job, left.random, left.suffix) <
         std::tie(right.time, right.job, right.random, right.suffix);
}

/// The listing succeeded, so a failure for a single object is reported for that one only.
bool concerns_one_object(ErrorKind kind) {
  return kind == ErrorKind::data || kind == ErrorKind::denied || kind == ErrorKind::io;
}

}  // namespace

std::string_view name_of(Presence presence) noexcept {
  switch (presence) {
    case Presence::whole:
      return "whole";
    case Presence::missing:
      return "missing";
    case Presence::wrong_size:
      return "wrong size";
    case Presence::unreadable:
      break;
  }
  return "unreadable";
}

Presence Entry::presence() const noexcept {
  if (!listed.object_bytes) return Presence::missing;
  if (!manifest) return Presence::unreadable;
  return *listed.object_bytes == manifest->bytes ? Presence::whole : Presence::wrong_size;
}

std::string Entry::flaw() const {
  switch (presence()) {
    case Presence::whole:
      return {};
    case Presence::missing:
      return "missing";
    case Presence::wrong_size:
      return std::to_string(*listed.object_bytes) + " of " + std::to_string(manifest->bytes) + " bytes";
    case Presence::unreadable:
      break;
  }
  return "unreadable: " + failure->message();
}

Catalog::Catalog(Storage& storage, std::string job) : storage_(storage), job_(std::move(job)) {}

std::vector<Listed> Catalog::listing(const CancelToken& cancel) {
  const auto objects = storage_.list(prefix(), cancel);
  std::map<std::string, std::uint64_t, std::less<>> bytes;
  for (const auto& object : objects) bytes.insert_or_assign(object.name, object.bytes);
  std::vector<Listed> out;
  for (const auto& [object, ignored] : bytes)
    if (auto name = backup_of_manifest(object); name && is_mine(*name)) out.push_back({std::move(*name), {}});
  std::ranges::sort(out, is_older, &Listed::name);
  const auto take_sizes = [&] {
    bool all = true;
    for (auto& each : out) {
      const auto found = bytes.find(each.name.text());
      if (found != bytes.end()) each.object_bytes = found->second;
      all = all && each.object_bytes;
    }
    return all;
  };
  if (take_sizes()) return out;
  // A listing is not a snapshot: an object that was finished while it ran may be missing although its manifest is
  // listed.
  for (const auto& object : storage_.list(prefix(), cancel)) bytes.insert_or_assign(object.name, object.bytes);
  take_sizes();
  return out;
}

std::vector<BackupName> Catalog::names(const CancelToken& cancel) {
  std::set<std::string> seen;
  std::vector<BackupName> out;
  for (const auto& object : storage_.list(prefix(), cancel))
    if (auto name = backup_of_manifest(object.name); name && is_mine(*name) && seen.insert(object.name).second)
      out.push_back(std::move(*name));
  std::ranges::sort(out, is_older);
  return out;
}

std::optional<Manifest> Catalog::read(const BackupName& name, const CancelToken& cancel) {
  const auto text = name.text();
  const auto bytes = storage_.get(manifest_name(text), cancel);
  if (!bytes) return std::nullopt;
  auto manifest = parse_manifest(*bytes, manifest_name(text));
  if (manifest.name != text || manifest.job != name.job)
    throw Error(ErrorKind::data, "manifest '" + manifest_name(text) + "' belongs to another backup");
  return manifest;
}

std::optional<Entry> Catalog::entry(const Listed& listed, const CancelToken& cancel) {
  try {
    auto manifest = read(listed.name, cancel);
    if (!manifest) return std::nullopt;
    return Entry{listed, std::move(manifest), {}};
  } catch (const Error& error) {
    if (!concerns_one_object(error.kind())) throw;
    return Entry{listed, {}, error};
  }
}

std::vector<Entry> Catalog::entries(const CancelToken& cancel) {
  const auto all = listing(cancel);
  auto read_all = read_each<std::optional<Entry>>(all.size(), [&](std::size_t i) { return entry(all[i], cancel); });
  std::vector<Entry> out;
  out.reserve(read_all.size());
  for (auto& each : read_all)
    if (each) out.push_back(std::move(*each));
  const auto is_refused = [](const Entry& each) { return each.failure && each.failure->kind() != ErrorKind::data; };
  if (!out.empty() && std::ranges::all_of(out, is_refused)) throw Error(*out.front().failure);
  return out;
}

std::optional<Entry> Catalog::newest(const CancelToken& cancel) {
  const auto all = listing(cancel);
  for (const auto& listed : std::views::reverse(all)) {
    if (!listed.object_bytes) continue;
    auto found = entry(listed, cancel);
    if (found && found->presence() != Presence::wrong_size) return found;
  }
  return std::nullopt;
}

Error Catalog::no_latest(const std::vector<Listed>& all, const std::optional<std::string>& suspect,
                         const CancelToken& cancel) {
  const auto whose = job_.empty() ? std::string() : " of job '" + job_ + "'";
  const auto place = whose + " in '" + storage_.where() + "'";
  if (all.empty()) return {ErrorKind::no_input, "there is no backup" + place, jobs_there_are(storage_, cancel)};
  if (suspect)
    return {ErrorKind::no_input, "every backup" + place + " is suspect",
            "name one, or accept it with 'backup accept " + *suspect + "'"};
  return {ErrorKind::no_input, "no backup" + place + " has its whole object",
          "'backup list' marks missing and cut objects; a lifecycle rule of the storage may have removed them"};
}

Manifest Catalog::latest(Log& log, const CancelToken& cancel) {
  const auto all = listing(cancel);
  std::optional<std::string> suspect;
  for (const auto& listed : std::views::reverse(all)) {
    auto found = entry(listed, cancel);
    if (!found) continue;
    const auto presence = found->presence();
    if (presence == Presence::missing || presence == Presence::wrong_size) {
      const auto flaw = presence == Presence::missing ? " is missing" : " has " + found->flaw();
      log.warn("the backup '" + listed.name.text() + "' does not count: its object" + flaw);
      continue;
    }
    // What an unreadable manifest describes may be whole: silently using an older one would let a restore drop it.
    if (found->failure)
      throw Error(found->failure->kind(), found->failure->message(), "name an older one, as 'backup list' prints them");
    if (!found->manifest->suspect) return std::move(*found->manifest);
    if (!suspect) suspect = listed.name.text();
  }
  throw no_latest(all, suspect, cancel);
}

Manifest Catalog::find(std::string_view name, Log& log, const CancelToken& cancel) {
  if (name == "latest") return latest(log, cancel);
  const auto parsed = parse_backup_name(name);
  if (parsed && is_mine(*parsed))
    if (auto manifest = read(*parsed, cancel)) return std::move(*manifest);
  throw no_backup(storage_, name, names(cancel), cancel);
}

std::vector<Object> Catalog::orphans(const CancelToken& cancel) {
  auto objects = storage_.list(prefix(), cancel);
  std::set<std::string, std::less<>> owned;
  for (const auto& object : objects)
    if (const auto name = backup_of_manifest(object.name)) owned.insert(name->text());
  std::erase_if(objects, [&](const Object& object) {
    const auto name = parse_backup_name(object.name);
    return !name || !is_mine(*name) || owned.contains(object.name);
  });
  return objects;
}

bool Catalog::has_manifest(const std::string& name, const CancelToken& cancel) {
  return storage_.get(manifest_name(name), cancel).has_value();
}

void Catalog::remove(const std::string& name, const CancelToken& cancel) {
  remove_all({name}, cancel);
}

void Catalog::remove_all(const std::vector<std::string>& names, const CancelToken& cancel) {
  std::vector<std::string> manifests;
  for (const auto& name : names) {
    const auto parsed = parse_backup_name(name);
    if (!parsed || !is_mine(*parsed))
      throw Error(ErrorKind::internal, "'" + name + "' is not a backup of job '" + job_ + "'");
    manifests.push_back(manifest_name(name));
  }
  storage_.remove_all(manifests, cancel);
  storage_.remove_all(names, cancel);
}

}  // namespace sidekick::storage
