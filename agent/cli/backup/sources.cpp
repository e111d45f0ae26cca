#include "agent/cli/backup/sources.hpp"

#include <algorithm>
#include <set>

#include "backup/dir_source.hpp"
#include "backup/exec_source.hpp"
#include "backup/mongodb_source.hpp"
#include "sidekick/certificates.hpp"
#include "sidekick/child.hpp"
#include "sidekick/lines.hpp"
#include "storage/catalog.hpp"

namespace sidekick::cli {

using config::Values;

namespace {

constexpr std::size_t longest_part = 60;

bool may_be_in_job_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/// The last part of a path, a file's or a program's.
std::string last_part(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path.substr(path.rfind('/') + 1));  // npos + 1 is 0
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// All of --from, one a line where several stand in one text.
std::vector<std::string> lines_of(const Values& values) {
  std::vector<std::string> out;
  for (const auto& text : values.list("from")) {
    std::string_view left = text;
    while (!left.empty())
      if (const auto line = trimmed(take_line(left)); !line.empty()) out.emplace_back(line);
  }
  if (out.empty() && !values.is_unread("from"))
    values.report({ErrorKind::config, "no source is given",
                   "give --from=SOURCE: mongodb://..., dir:/folder, or 'exec: COMMAND'"});
  return out;
}

mongo::Connection connection_to(const std::string& uri) {
  mongo::Connection out;
  out.uri = Secret(uri);
  out.default_ca_file = ca_bundle_path().value_or("");
  return out;
}

/// What it is told to do may hold a password: nothing of it is shown.
void check_command(const std::string& line) try {
  if (split_command_line(line).empty()) throw Error(ErrorKind::usage, "it names no command");
} catch (const Error& error) {
  throw Error(error.kind(), "--from 'exec: ...': " + error.message(), error.hint());
}

PathPatterns excludes_of(const Values& values) {
  std::string lines;
  for (const auto& text : values.list("exclude")) lines += text + "\n";
  PathPatterns out(lines);
  if (values.given("exclude") && out.empty())
    values.report(values.bad_setting("exclude", "it has no pattern", "write '\\#...' for a name that begins with '#'"));
  return out;
}

class TaskMaker {
 public:
  TaskMaker(const Values& values, const std::vector<std::string>& environment)
      : values_(values),
        environment_(environment),
        empty_(values.flag("allow-empty") ? backup::EmptySource::allowed : backup::EmptySource::refused) {}

  std::string own_name(const SourceText& source) const {
    if (source.kind == "mongodb") return job_name_from(host_or_database(source.rest, "from"));
    if (source.kind == "dir") return job_name_from(last_part(source.rest));
    return job_name_from(last_part(split_command_line(source.rest).front()));
  }

  std::unique_ptr<backup::Source> make(const SourceText& source) const {
    if (source.kind == "mongodb") return make_mongodb(source.rest);
    if (source.kind == "dir") return std::make_unique<backup::DirSource>(source.rest, empty_, excludes_of(values_));
    return std::make_unique<backup::ExecSource>(source.rest, environment_, empty_);
  }

 private:
  /// What is wrong with a connection string is told as of --uri, which is another command's.
  std::string host_or_database(const std::string& uri, std::string_view setting) const {
    try {
      return backup::mongodb_job_name(connection_to(uri));
    } catch (const Error& error) {
      auto message = error.message();
      if (const auto at = message.find("--uri"); at != std::string::npos)
        message.replace(at, 5, values_.find(setting)->origin);
      throw Error(error.kind(), message, error.hint());
    }
  }

  std::unique_ptr<backup::Source> make_mongodb(const std::string& uri) const {
    backup::MongodbSource out;
    out.connection = connection_to(uri);
    if (values_.flag("snapshot")) out.moment = backup::MongodbSource::Moment::snapshot;
    out.empty = empty_;
    out.ns_include = values_.list("nsInclude");
    out.ns_exclude = values_.list("nsExclude");
    out.parallel_collections = values_.integer("parallel-collections", 1, 64).value_or(out.parallel_collections);
    out.tool_version = "sidekick " SIDEKICK_VERSION;
    if (const auto scratch = values_.text("scratch-uri"); !scratch.empty()) {
      (void)host_or_database(scratch, "scratch-uri");
      out.scratch = connection_to(scratch);
    }
    return backup::mongodb_source(std::move(out));
  }

  const Values& values_;
  const std::vector<std::string>& environment_;
  const backup::EmptySource empty_;
};

void check_kinds(const Values& values, const std::vector<SourceText>& texts) {
  const auto has = [&](std::string_view kind) {
    return std::ranges::find(texts, kind, &SourceText::kind) != texts.end();
  };
  if (values.given("exclude") && !has("dir"))
    values.report({ErrorKind::config, values.find("exclude")->origin + " has no effect without a source dir:"});
  for (const auto* name : {"nsInclude", "nsExclude"})
    if (values.given(name) && !has("mongodb"))
      values.report({ErrorKind::config, values.find(name)->origin + " needs a source mongodb://..."});
}

}  // namespace

SourceText parse_source(std::string_view text) {
  if (text.starts_with("mongodb://") || text.starts_with("mongodb+srv://")) return {"mongodb", std::string(text)};
  for (const std::string kind : {"dir", "exec"}) {
    if (!text.starts_with(kind + ":")) continue;
    const auto rest = trimmed(text.substr(kind.size() + 1));
    if (rest.empty() || (kind == "dir" && !rest.starts_with('/')))
      throw Error(ErrorKind::usage, "--from '" + redact_url(text) + "': " +
                                        (rest.empty() ? "nothing comes after the colon" : "not an absolute path"));
    if (kind == "exec") check_command(std::string(rest));
    return {kind, std::string(rest)};
  }
  throw Error(ErrorKind::usage, "--from '" + redact_url(text) + "': not a valid source",
              "use mongodb://..., dir:/folder, or 'exec: COMMAND'");
}

std::string job_name_from(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, longest_part)) out += may_be_in_job_name(c) ? c : '-';
  while (out.starts_with('-')) out.erase(0, 1);
  return out.empty() ? "backup" : out;
}

std::vector<std::string> job_names(const std::vector<std::string>& own, const std::vector<std::string>& given) {
  auto out = given.size() == own.size() ? given : own;
  if (given.size() == 1 && own.size() > 1)
    for (auto& name : out) name.insert(0, "-").insert(0, given.front());
  else if (given.size() > 1 && given.size() != own.size())
    throw Error(
        ErrorKind::config,
        "there are " + std::to_string(own.size()) + " sources and " + std::to_string(given.size()) + " job names",
        "give --job once, or once per --from");
  std::set<std::string> seen;
  for (const auto& name : out) {
    if (!storage::is_job_name(name)) throw Error(ErrorKind::config, "--job '" + name + "': not a valid name");
    if (!seen.insert(name).second)
      throw Error(ErrorKind::config, "two sources have the job name '" + name + "'", "give --job once per --from");
  }
  return out;
}

std::vector<backup::Task> backup_tasks(const Values& values, const std::vector<std::string>& environment) {
  const auto lines = lines_of(values);
  std::vector<SourceText> texts;
  for (const auto& line : lines) values.judge("from", [&] { texts.push_back(parse_source(line)); });
  const bool are_all_known = !lines.empty() && texts.size() == lines.size();
  if (are_all_known) check_kinds(values, texts);
  const TaskMaker maker(values, environment);
  std::vector<std::string> own;
  std::vector<std::unique_ptr<backup::Source>> sources;
  own.reserve(texts.size());
  sources.reserve(texts.size());
  for (const auto& text : texts)
    values.judge([&] {
      auto name = maker.own_name(text);
      sources.push_back(maker.make(text));
      own.push_back(std::move(name));
    });
  if (!are_all_known || sources.size() < texts.size()) return {};
  auto names = values.judge("job", [&] { return job_names(own, values.list("job")); });
  std::vector<backup::Task> out;
  out.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); i++) out.push_back({std::move(names[i]), std::move(sources[i])});
  return out;
}

}  // namespace sidekick::cli
