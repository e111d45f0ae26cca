#include "storage/catalog.hpp"

#include <algorithm>
#include <numeric>
#include <ranges>
#include <set>
#include <tuple>

#include "sidekick/error.hpp"
#include "storage/read_ahead.hpp"

namespace sidekick::storage {

namespace {

constexpr std::string_view manifest_ending = ".json";

std::optional<BackupName> backup_of_manifest(std::string_view object) {
  if (!object.ends_with(manifest_ending)) return std::nullopt;
  return parse_backup_name(object.substr(0, object.size() - manifest_ending.size()));
}

// Levenshtein.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char c : a) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); j++) {
      const auto replaced = diagonal + (c == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

/// What to do where a job has no backup: name another.
std::string jobs_there_are(Storage& storage, const CancelToken& cancel) {
  std::set<std::string> jobs;
  for (const auto& name : Catalog(storage, {}).names(cancel)) jobs.insert(name.job);
  std::string out;
  for (const auto& job : jobs) out += (out.empty() ? "it holds those of: " : ", ") + job;
  return out.empty() ? "it holds none at all; is the path right?" : out;
}

Error no_backup(Storage& storage, std::string_view name, const std::vector<BackupName>& names,
                const CancelToken& cancel) {
  const auto what = "there is no backup '" + std::string(name) + "' in '" + storage.where() + "'";
  if (names.empty()) return {ErrorKind::no_input, what, jobs_there_are(storage, cancel)};
  std::vector<std::string> texts;
  texts.reserve(names.size());
  for (const auto& each : names) texts.push_back(each.text());
  const auto wanted = name.substr(0, 200);
  const auto nearest = std::ranges::min_element(texts, {}, [&](const auto& each) { return distance(wanted, each); });
  return {ErrorKind::no_input, what, "did you mean '" + *nearest + "'?"};
}

}  // namespace

Catalog::Catalog(Storage& storage, std::string job) : storage_(storage), job_(std::move(job)) {}

std::vector<BackupName> Catalog::names(const CancelToken& cancel) {
  std::vector<std::pair<std::string, BackupName>> found;
  for (const auto& object : storage_.list(job_.empty() ? "" : job_ + "-", cancel))
    if (auto name = backup_of_manifest(object.name); name && is_mine(*name))
      found.emplace_back(object.name, std::move(*name));
  std::ranges::sort(found, {}, [](const auto& each) { return std::tie(each.second.time, each.first); });
  const auto again = std::ranges::unique(found, {}, [](const auto& each) -> const auto& { return each.first; });
  found.erase(again.begin(), again.end());
  std::vector<BackupName> out;
  out.reserve(found.size());
  for (auto& each : found) out.push_back(std::move(each.second));
  return out;
}

std::optional<Manifest> Catalog::read(const BackupName& name, const CancelToken& cancel) {
  const auto text = name.text();
  const auto bytes = storage_.get(manifest_name(text), cancel);
  if (!bytes) return std::nullopt;
  auto manifest = parse_manifest(*bytes, manifest_name(text));
  if (manifest.name != text || manifest.job != name.job)
    throw Error(ErrorKind::data, "manifest '" + manifest_name(text) + "' is that of another backup");
  return manifest;
}

std::vector<Manifest> Catalog::backups(const CancelToken& cancel) {
  const auto all = names(cancel);
  auto read_all = read_each<std::optional<Manifest>>(all.size(), [&](std::size_t i) { return read(all[i], cancel); });
  std::vector<Manifest> out;
  out.reserve(read_all.size());
  for (auto& manifest : read_all)
    if (manifest) out.push_back(std::move(*manifest));
  return out;
}

Manifest Catalog::latest(const CancelToken& cancel) {
  const auto all = names(cancel);
  for (const auto& name : std::views::reverse(all))
    if (auto manifest = read(name, cancel); manifest && !manifest->suspect) return std::move(*manifest);
  const auto whose = job_.empty() ? std::string() : " of job '" + job_ + "'";
  if (all.empty())
    throw Error(ErrorKind::no_input, "there is no backup" + whose + " in '" + storage_.where() + "'",
                jobs_there_are(storage_, cancel));
  throw Error(ErrorKind::no_input, "every backup" + whose + " in '" + storage_.where() + "' is suspect",
              "name one, or accept it with 'backup accept " + all.back().text() + "'");
}

Manifest Catalog::find(std::string_view name, const CancelToken& cancel) {
  if (name == "latest") return latest(cancel);
  const auto parsed = parse_backup_name(name);
  if (parsed && is_mine(*parsed))
    if (auto manifest = read(*parsed, cancel)) return std::move(*manifest);
  throw no_backup(storage_, name, names(cancel), cancel);
}

bool Catalog::has_manifest(const std::string& name, const CancelToken& cancel) {
  return storage_.get(manifest_name(name), cancel).has_value();
}

std::vector<Object> Catalog::orphans(const CancelToken& cancel) {
  auto objects = storage_.list(job_.empty() ? "" : job_ + "-", cancel);
  std::set<std::string, std::less<>> owned;
  for (const auto& object : objects)
    if (const auto name = backup_of_manifest(object.name)) owned.insert(name->text());
  std::erase_if(objects, [&](const Object& object) {
    const auto name = parse_backup_name(object.name);
    return !name || !is_mine(*name) || owned.contains(object.name);
  });
  return objects;
}

void Catalog::remove(const std::string& name, const CancelToken& cancel) {
  remove_all({name}, cancel);
}

void Catalog::remove_all(const std::vector<std::string>& names, const CancelToken& cancel) {
  std::vector<std::string> manifests;
  for (const auto& name : names) {
    const auto parsed = parse_backup_name(name);
    if (!parsed || !is_mine(*parsed))
      throw Error(ErrorKind::internal, "'" + name + "' is no backup of job '" + job_ + "'");
    manifests.push_back(manifest_name(name));
  }
  storage_.remove_all(manifests, cancel);
  storage_.remove_all(names, cancel);
}

}  // namespace sidekick::storage
