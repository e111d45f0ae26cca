/// What a folder holds, for comparing.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace sidekick::test {

/// Every path below a folder, with the content of files, the targets of links and whether a file is executable;
/// `.sidekick` and `.git` at the top are left out. Empty folders count.
std::set<std::string> tree_listing(const std::filesystem::path& folder);

/// The same of a commit, as `git archive` gives it out.
std::set<std::string> commit_listing(const std::filesystem::path& repository, const std::string& commit);

}  // namespace sidekick::test
