#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "backup/fetch.hpp"
#include "backup/stall_guard.hpp"
#include "dump/output_file.hpp"
#include "filters/fd_sink.hpp"
#include "sidekick/error.hpp"
#include "storage/catalog.hpp"

namespace sidekick::backup {

using storage::Manifest;

namespace {

/// The name without the endings of the removed layers.
std::string plain_name(std::string name, const Manifest& backup) {
  const auto cut = [&name](std::string_view ending) {
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  };
  if (backup.encrypted) cut(".age");
  if (backup.compression == "zstd") cut(".zst");
  if (backup.compression == "gzip") cut(".gz");
  return name;
}

std::unique_ptr<filters::Sink> open_sink(const std::string& out, const CancelToken& cancel) {
  if (out != "-") return std::make_unique<dump::OutputFile>(out, cancel);
  Fd copy(::dup(STDOUT_FILENO));
  if (!copy) throw error_from_errno("cannot write to standard output", errno);
  return std::make_unique<filters::FdSink>(std::move(copy), "standard output", cancel);
}

}  // namespace

Fetched fetch_to_file(storage::Storage& storage, const FetchRequest& request, Clock& clock, Log& log,
                      const CancelToken& cancel) {
  const bool plain = request.form == FetchRequest::Form::plain;
  Fetched out{{}, request.out};
  StallGuard guard(clock, request.stall_timeout, cancel);
  guard.run([&] {
    out.manifest = storage::Catalog(storage, request.job).find(request.name, log, guard.token());
    const auto own_name = plain ? plain_name(out.manifest.name, out.manifest) : out.manifest.name;
    if (out.out.empty()) out.out = own_name;
    if (std::error_code ignored; std::filesystem::is_directory(out.out, ignored))
      out.out = std::filesystem::path(out.out) / own_name;
    const auto sink = open_sink(out.out, guard.token());
    const auto watched = guard.watched(*sink);
    if (plain)
      fetch_plain(storage, out.manifest, request.identities, *watched, guard.token());
    else
      fetch_stored(storage, out.manifest, *watched, guard.token());
  });
  return out;
}

}  // namespace sidekick::backup
