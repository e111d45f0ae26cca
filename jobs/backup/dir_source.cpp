#include "backup/dir_source.hpp"

#include "backup/tar/reader.hpp"
#include "backup/tar/tree.hpp"
#include "backup/tar/warnings.hpp"
#include "sidekick/error.hpp"
#include "sidekick/utf8.hpp"

namespace sidekick::backup {

namespace {

SourceSummary files(const tar::Count& count) {
  SourceSummary out;
  out.items = count.files;
  out.unit = "files";
  return out;
}

}  // namespace

DirSource::DirSource(std::string path, EmptySource empty, PathPatterns excludes)
    : path_(std::move(path)), where_("dir:" + printable(path_)), empty_(empty), excludes_(std::move(excludes)) {
  while (path_.size() > 1 && path_.ends_with('/')) path_.pop_back();
}

SourceSummary DirSource::write_to(filters::Sink& sink, JobContext& context) {
  auto report = tar::write_tree(path_, excludes_, sink, context);
  if (report.count.entries == 0 && empty_ == EmptySource::refused)
    throw Error(ErrorKind::no_input,
                "'" + printable(path_) + "' is empty" + (report.excluded > 0 ? " except for what --exclude skips" : ""),
                "check that the volume is mounted there; --allow-empty backs it up as it is");
  if (report.excluded > 0)
    context.log.info("skipped the paths that --exclude names",
                     {{"source", where_}, {"entries", std::to_string(report.excluded)}});
  auto out = files(report.count);
  out.consistent = report.consistent;
  out.warnings = std::move(report.warnings);
  return out;
}

SourceSummary DirSource::prove(std::unique_ptr<filters::Source> plain, const std::string& name,
                               const CancelToken& cancel) const {
  return files(tar::prove(*plain, name, cancel));
}

bool DirSource::restore_to_scratch(const OpenPlain&, const storage::Manifest&, JobContext&) {
  return false;
}

}  // namespace sidekick::backup
