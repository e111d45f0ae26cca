#include "seed/source.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "filters/digest.hpp"
#include "filters/source.hpp"
#include "mongo/listed.hpp"
#include "mongo/staging_name.hpp"
#include "restore/open_dump.hpp"
#include "restore/plan.hpp"
#include "seed/ledger.hpp"
#include "sidekick/error.hpp"

namespace sidekick::seed {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 18;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string sha256_of_file(const std::string& path, const CancelToken& cancel) {
  filters::FdSource file(filters::open_for_reading(path), path, cancel);
  filters::Sha256 digest;
  std::vector<std::uint8_t> piece(piece_bytes);
  while (const auto n = file.read(piece)) digest.update(std::span(piece).first(n));
  return digest.hex();
}

/// The files of a folder by their paths in it, sorted.
std::vector<fs::path> files_below(const fs::path& folder) try {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder, fs::directory_options::follow_directory_symlink))
    if (!entry.is_directory()) out.push_back(entry.path().lexically_relative(folder));
  std::ranges::sort(out);
  return out;
} catch (const fs::filesystem_error& error) {
  throw error_from_errno("cannot list the folder '" + folder.string() + "'", error.code().value());
}

std::string sha256_of_input(const Settings& settings, const CancelToken& cancel) {
  const auto& path = settings.restore.path;
  if (settings.restore.input != restore::Input::folder) return sha256_of_file(path, cancel);
  filters::Sha256 digest;
  for (const auto& file : files_below(path)) {
    const auto line = file.string() + '\0' + sha256_of_file((fs::path(path) / file).string(), cancel) + '\n';
    digest.update(bytes_of(line));
  }
  return digest.hex();
}

/// Without filters, the hash is what sha256sum prints for the archive.
std::string with_filters(const std::string& sha256, const restore::Settings& settings) {
  std::string text;
  const auto add = [&](std::string_view name, const std::vector<std::string>& values) {
    for (const auto& value : values) text.append(name).append("=").append(value).append(1, '\0');
  };
  if (!settings.db.empty()) add("db", {settings.db});
  add("nsInclude", settings.ns_include);
  add("nsExclude", settings.ns_exclude);
  add("nsFrom", settings.ns_from);
  add("nsTo", settings.ns_to);
  if (text.empty()) return sha256;
  filters::Sha256 digest;
  digest.update(bytes_of(sha256));
  digest.update(bytes_of(text));
  return digest.hex();
}

std::string identity_of(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) throw error_from_errno("cannot read '" + path.string() + "'", errno);
  std::string out;
  for (const auto number : {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino),
                            static_cast<std::int64_t>(status.st_size), static_cast<std::int64_t>(status.st_mtim.tv_sec),
                            static_cast<std::int64_t>(status.st_mtim.tv_nsec)})
    out.append(std::to_string(number)).append(" ");
  return out.append("\n");
}

std::string identity_of(const Settings& settings) {
  const fs::path path = settings.restore.path;
  if (settings.restore.input != restore::Input::folder) return identity_of(path);
  std::string out;
  for (const auto& file : files_below(path)) out.append(file.string()).append(" ").append(identity_of(path / file));
  return out;
}

void refuse_unreadable_twice(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) return;
  throw Error(ErrorKind::config, "cannot seed from '" + path + "': it is not a file",
              "the content is read twice: save it to a file first");
}

Error not_renamed(const Namespace& ns, const std::string& what) {
  return {ErrorKind::data, "cannot seed '" + ns.text() + "': it is " + what + ", which no server renames into place",
          "exclude it with --nsExclude='" + ns.text() + "'"};
}

bool is_own(const Namespace& ns) {
  return ns.db == ledger_namespace.db || mongo::is_staging_name(ns.collection);
}

void add_collection(Source& source, const mongo::DumpCollection& dumped, const restore::Target& target) {
  if (target.role == restore::Role::time_series) throw not_renamed(dumped.ns, "a time series");
  if (target.ns.collection.starts_with("system.")) throw not_renamed(dumped.ns, "a collection of the server");
  if (target.ns.db == ledger_namespace.db)
    throw Error(ErrorKind::config, "cannot seed '" + target.ns.text() + "': the database holds the ledger");
  if (dumped.documents_missing)
    throw Error(ErrorKind::data,
                "the dump has the metadata of '" + dumped.ns.text() + "', but no file with its documents",
                "use another copy of the dump, or exclude it with --nsExclude='" + dumped.ns.text() + "'");
  SourceCollection collection{target.ns, {}};
  for (const auto& index : target.metadata.indexes) collection.indexes.push_back(mongo::text_of(index.get(), "name"));
  source.collections.emplace(dumped.ns, std::move(collection));
}

void tell_of_rest(const restore::Plan& plan, const std::vector<std::string>& own, Log& log) {
  if (!plan.passed_over.empty())
    log.warn("skipping collections that belong to the dumped server",
             {{"collections", mongo::listed(plan.passed_over)}});
  if (!own.empty()) log.info("skipping collections of sidekick itself", {{"collections", mongo::listed(own)}});
  if (plan.restores(restore::Role::users) || plan.restores(restore::Role::roles))
    log.warn("the users and roles of the dump are not seeded",
             {{"hint", "sidekick restore --nsInclude='admin.system.*' merges them into those of the server"}});
}

void read_collections(Source& source, const Settings& settings, Log& log, const CancelToken& cancel) {
  const auto dump = restore::open_dump(settings.restore, cancel);
  const auto& collections = dump->collections();
  const auto plan = restore::make_plan(settings.restore, collections);
  std::vector<std::string> own;
  bool oplog = false;
  for (std::size_t i = 0; i < collections.size(); i++) {
    oplog = oplog || mongo::is_oplog(collections[i].ns);
    const auto& target = plan.targets[i];
    if (!target || !target->is_created()) continue;
    if (is_own(collections[i].ns))
      own.push_back(collections[i].ns.text());
    else if (target->role == restore::Role::view)
      source.views.push_back({target->ns, target->metadata.options.to_json()});
    else
      add_collection(source, collections[i], *target);
  }
  std::ranges::sort(source.views);
  tell_of_rest(plan, own, log);
  if (oplog) log.warn("the oplog of the dump is not replayed: its collections may be of different points in time");
  if (source.collections.empty() && source.views.empty())
    throw Error(ErrorKind::no_input, "there is no collection to seed in '" + settings.restore.path + "'");
}

}  // namespace

std::vector<Namespace> Source::targets() const {
  std::vector<Namespace> out;
  out.reserve(collections.size());
  for (const auto& [dumped, collection] : collections) out.push_back(collection.ns);
  std::ranges::sort(out);
  return out;
}

Source read_source(const Settings& settings, Log& log, const CancelToken& cancel) {
  refuse_unreadable_twice(settings.restore.path);
  Source source;
  read_collections(source, settings, log, cancel);
  source.files = identity_of(settings);
  source.content = {with_filters(sha256_of_input(settings, cancel), settings.restore), settings.label};
  return source;
}

void check_unchanged(const Settings& settings, const Source& source) {
  if (identity_of(settings) == source.files) return;
  throw Error(ErrorKind::data, "'" + settings.restore.path + "' was changed while it was read",
              "seed from a file that nobody writes to");
}

}  // namespace sidekick::seed
