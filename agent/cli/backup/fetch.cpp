#include "backup/fetch.hpp"

#include "agent/cli/backup/admin.hpp"
#include "agent/cli/backup/settings.hpp"
#include "agent/cli/output.hpp"
#include "sidekick/error.hpp"
#include "sidekick/json.hpp"

namespace sidekick::cli {

using storage::Manifest;
using Form = backup::FetchRequest::Form;

namespace {

std::chrono::milliseconds stall_timeout(const config::Values& values) {
  const auto out = values.duration("stall-timeout").value_or(std::chrono::minutes(2));
  if (out.count() == 0) throw values.bad_value("stall-timeout", "a limit of zero");
  return out;
}

std::string done_json(const Manifest& backup, const std::string& out, bool plain) {
  const boost::json::object done{{"name", backup.name},
                                 {"out", out},
                                 {"bytes", plain ? backup.plain_bytes : backup.bytes},
                                 {"sha256", plain ? backup.plain_sha256 : backup.sha256}};
  return json_text(done, JsonLayout::spaced) + "\n";
}

}  // namespace

void fetch_backup(const Administration& context) {
  const auto& values = context.settings.values;
  const bool plain = values.flag("plain");
  if (!plain && values.given("identity-file"))
    throw Error(ErrorKind::config, "--identity-file needs --plain", "without it the stored bytes are copied unchanged");
  if (values.flag("json") && values.text("out") == "-")
    throw Error(ErrorKind::config, "--json and --out=- exclude each other", "both would write to standard output");
  backup::FetchRequest request{.job = job_of_latest(context),
                               .name = backup_argument(context),
                               .out = values.text("out"),
                               .form = plain ? Form::plain : Form::stored,
                               .stall_timeout = stall_timeout(values)};
  if (plain) request.identities = age_identities(values);
  SystemClock clock;
  const auto fetched = backup::fetch_to_file(context.storage, request, clock, context.log, context.cancel);
  if (values.flag("json"))
    write_out(done_json(fetched.manifest, fetched.out, plain));
  else if (fetched.out != "-")
    write_out(fetched.out + "\n");
}

}  // namespace sidekick::cli
