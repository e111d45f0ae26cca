#include "agent/cli/backup/settings.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/common_settings.hpp"
#include "agent/cli/mongo/verify_report.hpp"
#include "agent/cli/output.hpp"
#include "backup/tar/reader.hpp"
#include "sidekick/url.hpp"
#include "storage/open_storage.hpp"
#include "verify/verify_job.hpp"

namespace sidekick::cli {

namespace {

using config::Arity;

constexpr std::string_view what = "What to verify";

std::string archive_of(const config::Settings& settings) {
  if (settings.arguments.empty())
    throw Error(ErrorKind::usage, "no archive is given", "write: sidekick verify FILE; - is standard input");
  if (settings.arguments.size() > 1)
    throw Error(ErrorKind::usage,
                "verify takes one archive; unexpected argument '" + redact_url(settings.arguments[1]) + "' too");
  const auto& archive = settings.arguments.front();
  if (storage::is_storage_url(archive))
    throw Error(
        ErrorKind::usage, "'" + redact_url(archive) + "' is in a storage, and verify reads files",
        "name the file itself, or: sidekick backup fetch NAME --to STORAGE --plain --out - | sidekick verify -");
  if (archive.find("://") != std::string::npos)
    throw Error(ErrorKind::usage, "'" + redact_url(archive) + "' is a URL, and verify reads files",
                "name an archive, a dump folder, or - for standard input");
  return archive;
}

verify::Settings verify_settings(const config::Settings& settings) {
  auto archive = settings.values.judge([&] { return archive_of(settings); });
  return {std::move(archive), age_identities(settings.values)};
}

runtime::JobPlan plan_of(const config::Settings& settings, const runtime::JobFrame&) {
  const bool json = settings.values.flag("json");
  const auto prove_tar = [](filters::Source& plain, const std::string& name, const CancelToken& cancel) {
    return backup::tar::prove(plain, name, cancel).files;
  };
  const auto show = [json](const verify::Report& report) { write_out(json ? to_json(report) : to_table(report)); };
  runtime::JobPlan plan;
  plan.policy = policy_of(settings.values);
  auto job = verify_settings(settings);
  if (settings.values.may_be_used()) plan.job = std::make_unique<verify::VerifyJob>(std::move(job), prove_tar, show);
  return plan;
}

config::Schema verify_schema() {
  config::Schema schema{
      .command = "verify",
      .summary = "Checks an archive, a dump folder or a backup from end to end, without a server.",
      .arguments = "ARCHIVE",
      .description =
          "Reads all of ARCHIVE and checks its structure: every document, every checksum, that nothing is missing and "
          "nothing is left over. ARCHIVE may be an archive of mongodump or sidekick dump, a dump folder or one of its "
          ".bson files, a backup of a folder, or - for standard input; gzip, zstd and age are recognised. With the "
          "manifest of a backup beside it (ARCHIVE.json), size, sha256 and counts are compared as well. A dump that "
          "restore would refuse is an error too.\n\nSuccess prints a table of the namespaces with their counts, and "
          "exits with 0. Damage exits with 65, and the error names the place.",
      .settings =
          {
              {.name = "json",
               .help = "print one JSON object instead of the table",
               .group = what,
               .arity = Arity::flag},
              {.name = "identity-file",
               .value_name = "FILE",
               .help = "a file of private keys, as age-keygen writes it, to open an encrypted backup",
               .group = what,
               .arity = Arity::repeated},
          },
      .file_keys = {},
      .first = {"json", "identity-file", "timeout", "log-format", "log-level", "quiet"}};
  for (const auto& setting : common_settings())
    if (setting.name != "dry-run") schema.settings.push_back(setting);
  schema.settings.push_back(http_setting("HTTP"));
  return schema;
}

}  // namespace

const Command verify_command{
    .name = "verify",
    .peer = "",
    .summary = "checks an archive, a dump folder or a backup, without a server",
    .schema = verify_schema,
    .plan = plan_of,
    .http = http_plan,
};

}  // namespace sidekick::cli
