#include "backup/exec_source.hpp"

#include <algorithm>

#include "sidekick/child.hpp"
#include "sidekick/error.hpp"
#include "sidekick/secret.hpp"

namespace sidekick::backup {

namespace {

constexpr int not_executable = 126;
constexpr int not_found = 127;
constexpr std::size_t max_shown_bytes = 500;

/// The last line that is not blank, in the form of a message.
std::string last_line(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  const auto begin = text.rfind('\n');
  if (begin != std::string_view::npos) text.remove_prefix(begin + 1);
  auto line = redact_url(text.substr(0, max_shown_bytes));
  std::replace_if(line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return line;
}

Error failed(const std::string& program, const ChildResult& result) {
  const auto said = last_line(result.output);
  const auto message = "'" + program + "' " + result.description() + (said.empty() ? "" : ": " + said);
  const bool hopeless = result.end == ChildEnd::exited && (result.code == not_executable || result.code == not_found);
  return {ErrorKind::io, message, "its output is discarded; run it by hand to see the cause",
          hopeless ? Retry::never : Retry::as_kind};
}

}  // namespace

ExecSource::ExecSource(const std::string& command, std::vector<std::string> environment, EmptySource empty)
    : argv_(split_command_line(command)), environment_(std::move(environment)), empty_(empty) {
  if (argv_.empty()) throw Error(ErrorKind::usage, "exec: names no command");
  where_ = "exec: " + argv_.front();
}

SourceSummary ExecSource::write_to(filters::Sink& sink, JobContext& context) {
  std::uint64_t written = 0;
  const auto& program = argv_.front();
  const ChildOutput output{.bytes =
                               [&](std::span<const std::uint8_t> bytes) {
                                 sink.write(bytes);
                                 written += bytes.size();
                                 context.status.progress({written, std::nullopt, "bytes"});
                               },
                           .line =
                               [&](std::string_view line) {
                                 context.log.info("output of the command on standard error",
                                                  {{"program", program}, {"line", redact_url(line)}});
                               }};
  const ChildRequest request{.argv = argv_, .folder = "", .environment = environment_, .timeout = {}};
  const auto result = run_child(request, output, context.cancel);
  if (!result.succeeded()) throw failed(program, result);
  if (written == 0 && empty_ == EmptySource::refused)
    throw Error(ErrorKind::no_input, "'" + program + "' wrote nothing", "--allow-empty accepts that");
  return {};
}

SourceSummary ExecSource::prove(std::unique_ptr<filters::Source> plain, const std::string&,
                                const CancelToken& cancel) const {
  std::vector<std::uint8_t> chunk(std::size_t{128} << 10);
  while (plain->read(chunk) > 0) cancel.throw_if_cancelled();
  return {};
}

bool ExecSource::restore_to_scratch(const OpenPlain&, const storage::Manifest&, JobContext&) {
  return false;
}

}  // namespace sidekick::backup
