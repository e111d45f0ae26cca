/// The result of a verification.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "filters/decompress.hpp"

namespace sidekick::verify {

enum class Form { archive, dump_folder, bson, tar, output };

/// One namespace of a dump. The oplog is called "oplog".
struct Part {
  std::string name;
  std::string type;  ///< "collection", "view", "timeseries", or "" where the dump does not say
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;  ///< of the items
};

/// What was verified.
struct Report {
  std::string name;
  Form form = Form::archive;
  filters::Compression compression = filters::Compression::none;  ///< of the stream; each file of a folder has its own
  bool encrypted = false;
  std::string server_version;  ///< empty where unknown
  std::vector<Part> parts;
  std::string unit = "documents";  ///< of items: "documents", "files", "" where nothing is counted
  std::uint64_t items = 0;         ///< of all parts without the oplog
  std::uint64_t bytes = 0;
  std::uint64_t stored_bytes = 0;  ///< 0 for a folder
  std::string sha256;              ///< of the stored bytes; empty for a folder
  bool manifest = false;           ///< a manifest exists, and matches
};

}  // namespace sidekick::verify
