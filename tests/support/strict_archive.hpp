/// A second reader of dumps, as strict as the official one and then some: written from the format's rules and not from
/// our writer or our reader, with which it shares no code.
#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sidekick::test {

/// One namespace of a dump.
struct StrictCollection {
  std::string db;
  std::string collection;
  std::string type;
  boost::json::object metadata{};  ///< {} where the text is empty
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;
  std::uint64_t in_order = 0;      ///< CRC-64/XZ over all documents
  std::uint64_t in_any_order = 0;  ///< the sum of each document's own
  std::string text() const { return db + "." + collection; }
};

struct StrictDump {
  std::string server_version;
  boost::json::object header{};               ///< of an archive
  std::vector<StrictCollection> collections;  ///< in the order of the prelude, or of the folder's files
  std::vector<std::string> finished;          ///< in the order in which an archive's namespaces end

  /// Throws std::out_of_range where there is none.
  const StrictCollection& at(const std::string& ns) const;
  bool contains(const std::string& ns) const;
};

/// A rule that a dump breaks, with the offset where.
class RuleBroken final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads an archive, whose layout and rules are those of mongo-tools (common/archive):
///   magic, header, prelude, terminator; blocks of one namespace each, which take turns; no trailer.
/// Throws RuleBroken for the first rule that `plain` does not keep.
StrictDump read_archive_strictly(std::string_view plain);

/// The same for a file, unpacked by gzip(1) or zstd(1) where it begins as their files do.
StrictDump read_archive_file_strictly(const std::filesystem::path& path);

/// Reads a dump folder: its files and their names, the metadata, prelude.json. A folder of one database alone is that
/// of its parent.
StrictDump read_folder_strictly(const std::filesystem::path& folder);

/// The rules of one namespace's metadata, a text of Extended JSON: canonical, `indexes` a list, no empty `options`, a
/// uuid of 32 digits where the collection has one. Returns it parsed. Throws RuleBroken.
boost::json::object read_metadata_strictly(const std::string& text, const std::string& collection,
                                           const std::string& type);

/// One line for each difference between two dumps that ought to hold the same: namespaces, types, options, indexes,
/// documents, and the order of the documents of capped collections. Neither uuids nor the order of namespaces count.
std::vector<std::string> differences(const StrictDump& wanted, const StrictDump& there);

}  // namespace sidekick::test
