/// Proving a stream whose first bytes say what it is.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "filters/age.hpp"
#include "filters/source.hpp"
#include "mongo/dump_reader.hpp"
#include "verify/report.hpp"

namespace sidekick::verify {

/// What may be in a stream: only what has a structure, or what a command wrote, too.
enum class Content { recognised, anything };

/// Reads a tar to its end and returns how many files it holds; throws Error of kind data with the place. It is handed
/// in, for it belongs to the job that writes them.
using CountFiles = std::function<std::uint64_t(filters::Source& plain, const std::string& name)>;

/// How a stream is to be read.
struct Reading {
  Content content = Content::recognised;
  std::vector<filters::AgeIdentity> identities;  ///< for what is encrypted
  CountFiles count_files;
};

/// Reads `stored` to its end: encrypted or not, compressed or not, a mongodump archive, a tar or bare BSON. `name`
/// stands for it in errors. Throws Error: config where it is encrypted and there is no identity, denied where none
/// opens it, no_input for a stream without a byte, data with the place for what is damaged or nothing that is known;
/// and what the source throws.
Report prove_stream(std::unique_ptr<filters::Source> stored, const std::string& name, const Reading& reading);

/// Reads a dump to its end. Throws as it does.
Report prove_dump(mongo::DumpReader& dump, const std::string& name, Form form);

}  // namespace sidekick::verify
