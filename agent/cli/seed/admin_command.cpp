#include "agent/cli/seed/admin_command.hpp"

#include <algorithm>
#include <array>

#include "agent/cli/common_settings.hpp"
#include "agent/cli/job_command.hpp"
#include "agent/cli/lease_holder.hpp"
#include "agent/cli/mongo/connection_string.hpp"
#include "agent/cli/mongo/restore_schema.hpp"
#include "agent/cli/mongo/restore_settings.hpp"
#include "agent/cli/output.hpp"
#include "agent/cli/seed/status_report.hpp"
#include "seed/admin_jobs.hpp"

namespace sidekick::cli {

namespace {

void add(config::Schema& schema, const std::vector<config::Setting>& settings) {
  // Neither has anything to rehearse.
  for (const auto& setting : settings)
    if (setting.name != "dry-run") schema.settings.push_back(setting);
}

config::Schema status_schema() {
  config::Schema schema{
      .command = "seed status",
      .summary = "Prints what the ledger of seeds holds.",
      .arguments = "[mongodb://...]",
      .description =
          "One line for each seed, on standard output: its state, the content that is in place, and since "
          "when. The states are new, staging (a process builds the collections, or was killed), planned "
          "(the renames are under way), done and forgotten.",
      .settings = {{.name = "json", .help = "print one JSON object", .group = "Output", .arity = config::Arity::flag}},
      .file_keys = {"password", "uri", "sslPEMKeyPassword"},
      .first = {"json", "uri", "timeout"}};
  add(schema, mongo_connection_settings());
  add(schema, common_settings());
  return schema;
}

config::Schema forget_schema() {
  config::Schema schema{
      .command = "seed forget",
      .summary = "Marks a seed as forgotten.",
      .arguments = "NAME [mongodb://...]",
      .description =
          "The collections stay as they are; for the next seed of that name they are data that no ledger "
          "explains. What an unfinished seed has built is removed, and a written plan is given up. Where a "
          "process is working on the seed, nothing is changed and the exit code is 75.",
      .settings = {},
      .file_keys = {"password", "uri", "sslPEMKeyPassword"},
      .first = {"uri", "timeout", "retry-for"}};
  add(schema, mongo_connection_settings());
  add(schema, task_settings("Working"));
  add(schema, common_settings());
  return schema;
}

runtime::JobPlan status_plan(const config::Settings& told, const runtime::JobFrame&) {
  const auto settings = with_connection_string(told);
  const auto& values = settings.values;
  if (!settings.arguments.empty())
    values.report({ErrorKind::usage, "unexpected argument: '" + redact_url(settings.arguments.front()) + "'"});
  const auto show = [json = values.flag("json")](const std::vector<seed::Entry>& entries) {
    write_out(json ? seed::status_json(entries) : status_text(entries));
  };
  runtime::JobPlan plan;
  plan.policy = policy_of(values);
  auto connection = mongo_connection(values);
  if (values.may_be_used()) plan.job = std::make_unique<seed::StatusJob>(std::move(connection), show);
  return plan;
}

runtime::JobPlan forget_plan(const config::Settings& told, const runtime::JobFrame&) {
  const auto settings = with_connection_string(told);
  const auto& values = settings.values;
  if (settings.arguments.size() != 1)
    values.report({ErrorKind::usage, "seed forget takes the name of one seed", "'sidekick seed status' lists them"});
  seed::ForgetSettings job;
  job.connection = mongo_connection(values);
  job.holder = lease_holder(values);
  runtime::JobPlan plan;
  plan.policy = policy_of(values);
  if (!values.may_be_used()) return plan;
  job.name = settings.arguments.front();
  plan.job = std::make_unique<seed::ForgetJob>(std::move(job));
  return plan;
}

const std::array<std::pair<std::string_view, Command>, 2> table{{
    {"status", {.name = "seed status", .peer = "", .summary = "", .schema = status_schema, .plan = status_plan}},
    {"forget", {.name = "seed forget", .peer = "", .summary = "", .schema = forget_schema, .plan = forget_plan}},
}};

}  // namespace

std::optional<int> run_seed_admin(const Invocation& invocation) {
  if (invocation.words.empty()) return std::nullopt;
  const auto* const found = std::ranges::find(table, invocation.words.front(), &decltype(table)::value_type::first);
  if (found == table.end()) return std::nullopt;
  return run_job(found->second,
                 {{invocation.words.begin() + 1, invocation.words.end()}, invocation.environment, invocation.command});
}

std::vector<config::Schema> seed_admin_schemas() {
  return {status_schema(), forget_schema()};
}

}  // namespace sidekick::cli
