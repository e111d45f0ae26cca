#include "git_sync/submodules.hpp"

#include <git2.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "git_sync/local_files.hpp"
#include "git_sync/remote/address.hpp"
#include "git_sync/remote/url_rules.hpp"
#include "git_sync/store/libgit2.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

using Tree = Handle<git_tree, git_tree_free>;
using TreeEntry = Handle<git_tree_entry, git_tree_entry_free>;
using ConfigIterator = Handle<git_config_iterator, git_config_iterator_free>;

struct Described {
  std::string path;
  std::string url;
  std::string update;
};

Tree tree_of(const Store& store, const ObjectId& id) {
  git_commit* commit = nullptr;
  if (git_commit_lookup(&commit, store.handle(), &id.value) != 0)
    throw Error(ErrorKind::data, "cannot read the commit " + id.hex() + ": it is missing or damaged");
  const CommitHandle owner(commit);
  git_tree* tree = nullptr;
  if (git_commit_tree(&tree, commit) != 0)
    throw Error(ErrorKind::data, "cannot read the tree of the commit " + id.hex() + ": it is missing or damaged");
  return Tree(tree);
}

TreeEntry entry_at(git_tree* tree, const std::string& path) {
  git_tree_entry* entry = nullptr;
  return git_tree_entry_bypath(&entry, tree, path.c_str()) == 0 ? TreeEntry(entry) : TreeEntry();
}

/// libgit2 reads configuration only from files, so the blob is written to one temporarily.
ConfigHandle parse(const Store& store, const git_tree_entry* entry, const ObjectId& commit) {
  git_blob* blob = nullptr;
  if (git_blob_lookup(&blob, store.handle(), git_tree_entry_id(entry)) != 0)
    throw Error(ErrorKind::data, "cannot read .gitmodules of " + commit.hex() + ": it is missing or damaged");
  const BlobHandle owner(blob);
  const auto file = store.git_dir() / "sidekick-gitmodules";
  replace_file(file,
               {static_cast<const char*>(git_blob_rawcontent(blob)), static_cast<std::size_t>(git_blob_rawsize(blob))},
               published_file);
  git_config* config = nullptr;
  const int status = git_config_open_ondisk(&config, file.c_str());
  ConfigHandle parsed(config);
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  if (status != 0)
    throw Error(ErrorKind::data, "cannot parse .gitmodules of " + commit.hex(), "correct the file in the repository");
  return parsed;
}

std::map<std::string, Described> described(git_config* config) {
  std::map<std::string, Described> out;
  git_config_iterator* raw = nullptr;
  if (git_config_iterator_new(&raw, config) != 0) return out;
  const ConfigIterator iterator(raw);
  git_config_entry* entry = nullptr;
  while (git_config_next(&entry, raw) == 0) {
    // Included files are on this machine, and not for the repository to use.
    if (entry->include_depth > 0) continue;
    constexpr std::string_view section = "submodule.";
    const std::string_view key = entry->name;
    const auto dot = key.rfind('.');
    if (!key.starts_with(section) || dot <= section.size() || entry->value == nullptr) continue;
    auto& module = out[std::string(key.substr(section.size(), dot - section.size()))];
    if (key.substr(dot) == ".path") module.path = entry->value;
    if (key.substr(dot) == ".url") module.url = entry->value;
    if (key.substr(dot) == ".update") module.update = entry->value;
  }
  return out;
}

/// Names become folders below the repository, so one that leads upwards is rejected, as in git.
void check_name(const std::string& name, const ObjectId& commit) {
  std::string_view left = name;
  bool climbs = left.empty() || left.starts_with('/');
  while (!climbs && !left.empty()) {
    const auto end = std::min(left.find('/'), left.size());
    const auto step = left.substr(0, end);
    climbs = step.empty() || step == "." || step == "..";
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  if (climbs) throw Error(ErrorKind::data, ".gitmodules of " + commit.hex() + " has a submodule of a forbidden name");
}

}  // namespace

std::optional<ObjectId> description_of_submodules(const Store& store, const ObjectId& commit) {
  const auto tree = tree_of(store, commit);
  const auto file = entry_at(tree.get(), ".gitmodules");
  if (!file || git_tree_entry_type(file.get()) != GIT_OBJECT_BLOB) return {};
  return ObjectId{*git_tree_entry_id(file.get())};
}

std::vector<Submodule> submodules_of(const Store& store, const ObjectId& commit) {
  const auto tree = tree_of(store, commit);
  const auto file = entry_at(tree.get(), ".gitmodules");
  if (!file || git_tree_entry_type(file.get()) != GIT_OBJECT_BLOB) return {};
  const auto config = parse(store, file.get(), commit);
  std::vector<Submodule> out;
  for (const auto& [name, module] : described(config.get())) {
    check_name(name, commit);
    if (module.path.empty() || module.url.empty()) continue;
    const auto link = entry_at(tree.get(), module.path);
    if (!link || git_tree_entry_type(link.get()) != GIT_OBJECT_COMMIT) continue;
    const auto update = module.update == "none" ? Submodule::Update::never : Submodule::Update::checkout;
    out.push_back({name, module.path, module.url, ObjectId{*git_tree_entry_id(link.get())}, update});
  }
  return out;
}

namespace {

/// The start of the path after scheme, user and host; 0 for anything but a URL.
std::size_t path_begin(std::string_view url) {
  const auto scheme = url.find("://");
  return scheme == std::string_view::npos ? 0 : std::min(url.find('/', scheme + 3), url.size());
}

}  // namespace

RemoteSettings remote_of_submodule(const RemoteSettings& main, const std::string& parent_url, const std::string& url) {
  using Kind = RemoteAddress::Kind;
  const auto file_rule = main.transports.find("file");
  const bool may_be_local = file_rule != main.transports.end() && file_rule->second == TransportRule::always;
  if (parse_address(url).kind == Kind::local && parse_address(parent_url).kind != Kind::local && !may_be_local)
    throw Error(ErrorKind::denied,
                "cannot follow '" + url + "': it names files on this machine, and its parent is on another host",
                "use a URL in .gitmodules, or skip submodules with --submodules=off; "
                "--git-config=protocol.file.allow:always permits it",
                Retry::never);
  auto remote = main;
  remote.home_url = main.url;
  remote.url = url;
  const auto home = parse_address(rewritten_url(main.rewrites, main.url));
  const auto address = parse_address(rewritten_url(main.rewrites, url));
  if (address.kind == Kind::http && home.kind == Kind::http && same_origin(address.url, home.url)) return remote;
  remote.askpass_url.clear();
  remote.github_app.reset();
  remote.extra_headers.clear();
  remote.http.tls.certificate_file.clear();
  remote.http.tls.key_file.clear();
  remote.http.tls.key_password = {};
  return remote;
}

std::string resolve_submodule_url(const std::string& parent_url, const std::string& url) {
  if (!url.starts_with("./") && !url.starts_with("../")) return url;
  std::string base = parent_url;
  while (base.ends_with('/')) base.pop_back();
  std::string_view left = url;
  for (;;) {
    if (left.starts_with("./")) {
      left.remove_prefix(2);
      continue;
    }
    if (!left.starts_with("../")) break;
    left.remove_prefix(3);
    // The last component ends at a slash or, in user@host:path, at the colon, which stays.
    const auto cut = base.find_last_of("/:");
    if (cut == std::string::npos || cut < path_begin(base))
      throw Error(ErrorKind::data,
                  "the URL of a submodule '" + url + "' leads above the root of the host of its repository");
    base.resize(base[cut] == ':' ? cut + 1 : cut);
  }
  return base.ends_with(':') ? base + std::string(left) : base + "/" + std::string(left);
}

}  // namespace sidekick::git_sync
