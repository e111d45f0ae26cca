/// Which attributes of a snapshot change the bytes of its files.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "git_sync/publish/publisher.hpp"

namespace sidekick::git_sync {

/// What the .gitattributes files of a commit set, wherever they are.
struct AttributeUse {
  bool filters = false;               ///< line ends or `ident`: a file may differ from its blob
  std::set<std::string> left_undone;  ///< "filter=lfs" and the like, and negative patterns
  /// Each .gitattributes as libgit2 can read it, by its path from the top of the repository.
  std::map<std::string, std::string> files;
};

/// Adds the attributes in the text of the .gitattributes at the path `file`.
void note_attributes(std::string_view text, const std::string& file, AttributeUse& use);

struct AttributeFile {
  std::string path;  ///< from the top of the repository
  ObjectId blob;
};

/// The .gitattributes in and above the published files of a part. Reads trees. Throws Error data.
std::vector<AttributeFile> attribute_files(const Snapshot& snapshot, std::size_t part);

/// The attributes of the files of each part of a snapshot. Reads its attribute_files(). Throws Error data.
std::vector<AttributeUse> attributes_in_use(const Snapshot& snapshot);

}  // namespace sidekick::git_sync
