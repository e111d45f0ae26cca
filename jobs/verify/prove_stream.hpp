/// Verifies a stream whose first bytes identify it.
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

/// What a stream may hold: only structured formats, or also the output of a command.
enum class AcceptedForms { recognised, anything };

/// Reads a tar to its end and returns its number of files; throws Error of kind data with the position. Passed in, as
/// it belongs to the job that writes them.
using CountFiles = std::function<std::uint64_t(filters::Source& plain, const std::string& name)>;

/// How to read a stream.
struct Reading {
  AcceptedForms content = AcceptedForms::recognised;
  std::vector<filters::AgeIdentity> identities;  ///< for encrypted streams
  CountFiles count_files;
};

/// Reads `stored` to its end: encrypted or not, compressed or not, a mongodump archive, a tar or plain BSON. `name` is
/// its name in errors. Throws Error: config where it is encrypted and there is no identity, denied where none opens it,
/// no_input for an empty stream, data with the position for damage or an unknown format; and what the source throws.
Report prove_stream(std::unique_ptr<filters::Source> stored, const std::string& name, const Reading& reading);

/// Reads a dump to its end. Throws as it does.
Report prove_dump(mongo::DumpReader& dump, const std::string& name, Form form);

}  // namespace sidekick::verify
