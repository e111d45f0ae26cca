#include "verify/verify_job.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "filters/decompress.hpp"
#include "filters/peek.hpp"
#include "mongo/folder_reader.hpp"
#include "mongo/input_kind.hpp"
#include "mongo/listed.hpp"
#include "mongo/proof.hpp"
#include "verify/manifest_check.hpp"
#include "verify/prove_stream.hpp"

namespace sidekick::verify {

namespace fs = std::filesystem;

namespace {

/// Reports how far a file was read.
class Metered final : public filters::Source {
 public:
  Metered(filters::FdSource from, std::optional<std::uint64_t> size, StatusSink& status)
      : from_(std::move(from)), size_(size), status_(status) {}
  std::size_t read(std::span<std::uint8_t> into) override {
    const auto n = from_.read(into);
    status_.progress({from_.position(), size_, "bytes"});
    return n;
  }

 private:
  filters::FdSource from_;
  std::optional<std::uint64_t> size_;
  StatusSink& status_;
};

std::optional<std::uint64_t> size_of(const Fd& fd) {
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

Report prove_fd(Fd fd, const std::string& name, const Reading& reading, JobContext& context) {
  const auto size = size_of(fd);
  return prove_stream(
      std::make_unique<Metered>(filters::FdSource(std::move(fd), name, context.cancel), size, context.status), name,
      reading);
}

Report prove_file(const std::string& path, Reading reading, JobContext& context) {
  auto fd = filters::open_for_reading(path);
  const auto manifest = manifest_beside(path, context.log);
  if (manifest && manifest->kind == "exec") reading.content = AcceptedForms::anything;
  auto report = prove_fd(std::move(fd), path, reading, context);
  if (manifest) check_against(report, *manifest);
  report.manifest = manifest.has_value();
  return report;
}

Report prove_standard_input(const Reading& reading, JobContext& context) {
  try {
    Fd fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!fd) throw error_from_errno("cannot read standard input", errno);
    return prove_fd(std::move(fd), "standard input", reading, context);
  } catch (const Error& error) {
    throw error.without_retry();
  }
}

/// True for the folder of one database, as `mongodump --out=F` creates in F for each. Ignores files beside such
/// folders.
bool is_database(const std::string& folder) {
  bool holds_collections = false;
  for (const auto& path : mongo::sorted_entries(folder)) {
    const auto [kind, stem] = mongo::parse_file_name(path.filename().native());
    holds_collections = holds_collections || (kind != mongo::FileName::Kind::foreign && stem != "oplog");
    const bool is_folder = kind == mongo::FileName::Kind::foreign && mongo::type_of(path) == mongo::EntryType::folder;
    if (is_folder && mongo::list_database_files(path).holds_collections()) return false;
  }
  return holds_collections;
}

Report prove_files(const std::string& path, Form form, JobContext& context) {
  mongo::FolderQuery query{path, {}, {}, {}};
  if (form == Form::dump_folder && is_database(path)) query.db = fs::weakly_canonical(path).filename().string();
  mongo::FolderReader reader(mongo::list_folder(query, context.cancel), context.cancel);
  if (!reader.passed_over().empty())
    context.log.warn("ignoring files that are not part of the dump", {{"files", mongo::listed(reader.passed_over())}});
  mongo::check_collections(reader);
  return prove_dump(reader, path, form);
}

/// True where an archive or a tar has the name of a file of documents ("dump.bin").
bool holds_archive(const std::string& path, const CancelToken& cancel) {
  auto raw = std::make_unique<filters::FdSource>(filters::open_for_reading(path), path, cancel);
  filters::PeekSource plain(filters::decompressed(std::move(raw), path));
  const auto first = plain.peek(mongo::input_kind_bytes);
  return mongo::is_archive(first) || mongo::is_tar(first) || filters::is_age(first);
}

}  // namespace

Report VerifyJob::prove(JobContext& context) const {
  const Reading reading{
      AcceptedForms::recognised, settings_.identities,
      [&](filters::Source& plain, const std::string& name) { return prove_tar_(plain, name, context.cancel); }};
  if (settings_.path == "-") return prove_standard_input(reading, context);
  std::error_code ignored;
  if (fs::is_directory(settings_.path, ignored)) return prove_files(settings_.path, Form::dump_folder, context);
  if (mongo::is_bson_file(settings_.path) && !holds_archive(settings_.path, context.cancel))
    return prove_files(settings_.path, Form::bson, context);
  return prove_file(settings_.path, reading, context);
}

Outcome VerifyJob::run(JobContext& context) {
  const auto report = prove(context);
  show_(report);
  const auto count = [](std::uint64_t n, std::string_view noun) {
    return std::to_string(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
  };
  std::string holds = count(report.items, "document") + " in " + count(report.parts.size(), "namespace");
  if (report.form == Form::tar) holds = count(report.items, "file");
  if (report.form == Form::output) holds = count(report.bytes, "byte");
  return {"'" + report.name + "' is whole: " + holds + (report.manifest ? ", as its manifest says" : "")};
}

}  // namespace sidekick::verify
