#include <algorithm>
#include <array>
#include <cctype>

#include "git_sync/remote/remote.hpp"

namespace sidekick::git_sync {

namespace {

// The order in which git resolves a name (gitrevisions); the first match wins, so a tag beats a branch.
constexpr std::array<std::string_view, 5> places{"", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"};

constexpr std::size_t shortest_hash = 4;

bool looks_like_hash(std::string_view text) {
  return text.size() >= shortest_hash && text.size() <= GIT_OID_SHA1_HEXSIZE &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

ObjectId commit_of(const RemoteRef& ref) {
  return ref.peeled.value_or(ref.id);
}

bool is_name_of_ref(std::string_view name) {
  return name == "HEAD" || name.starts_with("refs/");
}

std::optional<ObjectId> by_name(const std::string& name, std::span<const RemoteRef> refs) {
  const auto found = std::ranges::find(refs, name, &RemoteRef::name);
  return found == refs.end() ? std::nullopt : std::optional(commit_of(*found));
}

std::optional<ObjectId> by_short_hash(const std::string& text, std::span<const RemoteRef> refs) {
  std::string prefix = text;
  std::ranges::transform(prefix, prefix.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::optional<ObjectId> found;
  for (const auto& ref : refs) {
    const auto commit = commit_of(ref);
    if (!commit.hex().starts_with(prefix)) continue;
    if (found && *found != commit) return {};
    found = commit;
  }
  return found;
}

}  // namespace

std::vector<std::string> prefixes_for(const std::string& ref) {
  if (ObjectId::parse(ref)) return {"HEAD"};
  if (is_name_of_ref(ref)) return {ref};
  std::vector<std::string> prefixes;
  for (const auto place : places)
    if (!place.empty()) prefixes.push_back(std::string(place) + ref);
  if (looks_like_hash(ref)) prefixes.insert(prefixes.end(), {"HEAD", "refs/heads/", "refs/tags/"});
  return prefixes;
}

std::optional<ObjectId> find_ref(const std::string& ref, std::span<const RemoteRef> refs) {
  if (const auto id = ObjectId::parse(ref)) return id;
  for (const auto place : places) {
    const auto name = std::string(place) + ref;
    if (!is_name_of_ref(name)) continue;
    if (const auto found = by_name(name, refs)) return found;
  }
  return looks_like_hash(ref) ? by_short_hash(ref, refs) : std::nullopt;
}

bool names_tag_and_branch(const std::string& ref, std::span<const RemoteRef> refs) {
  return by_name("refs/tags/" + ref, refs) && by_name("refs/heads/" + ref, refs);
}

}  // namespace sidekick::git_sync
