#include "backup/pipeline.hpp"

#include <map>
#include <optional>

#include "filters/digest.hpp"
#include "filters/pipe.hpp"

namespace sidekick::backup {

using filters::Sink;

namespace {

constexpr std::size_t proof_lag_bytes = std::size_t{4} << 20;

/// Passes the same bytes to the verification and to the storage.
class Tee final : public Sink {
 public:
  Tee(Sink& proof, Sink& next, std::uint64_t& count) : proof_(proof), next_(next), count_(count) {}
  void write(std::span<const std::uint8_t> bytes) override {
    count_ += bytes.size();
    proof_.write(bytes);
    next_.write(bytes);
  }
  /// Finishes the two one by one: the verification must be complete before anything is published.
  void finish() override {}

 private:
  Sink& proof_;
  Sink& next_;
  std::uint64_t& count_;
};

std::map<std::string, std::uint64_t> by_name(const std::vector<storage::PartCount>& parts) {
  std::map<std::string, std::uint64_t> out;
  for (const auto& part : parts) out[part.name] += part.count;
  return out;
}

std::string counted(std::uint64_t count, const std::string& unit) {
  return std::to_string(count) + (unit.empty() ? "" : " " + unit);
}

}  // namespace

void compare_counts(const SourceSummary& told, const SourceSummary& found, const std::string& what) {
  auto wanted = by_name(told.collections);
  const auto there = by_name(found.collections);
  for (const auto& [name, count] : there) wanted.try_emplace(name, 0);
  for (const auto& [name, count] : wanted) {
    const auto at = there.find(name);
    const auto held = at == there.end() ? 0 : at->second;
    if (held == count) continue;
    std::string message = what;
    message.append(": '").append(name).append("' has ").append(counted(held, told.unit));
    throw Error(ErrorKind::data,
                message.append(" in it where ").append(counted(count, told.unit)).append(" were read"));
  }
  if (told.items != found.items)
    throw Error(ErrorKind::data, what + ": there are " + counted(found.items, told.unit) + " in it where " +
                                     counted(told.items, told.unit) + " were read");
  if (told.oplog != found.oplog)
    throw Error(ErrorKind::data, what + (told.oplog ? ": it has no oplog" : ": it has an unexpected oplog"));
}

Written Pipeline::write(Source& source, const std::string& name, const std::function<void()>& may_publish,
                        JobContext& context) {
  plain_bytes_ = 0;
  const auto object = storage_.create(name, context.cancel);
  filters::DigestSink stored(*object);
  std::optional<filters::AgeSink> encrypted;
  if (!settings_.recipients.empty()) encrypted.emplace(settings_.recipients, stored);
  Sink& behind = encrypted ? static_cast<Sink&>(*encrypted) : stored;
  const auto compressed = filters::compressed_into(settings_.compression, behind);
  filters::DigestSink plain(*compressed);

  SourceSummary found;
  filters::ReadingSink proof(proof_lag_bytes, [&](std::unique_ptr<filters::Source> bytes) {
    found = source.prove(std::move(bytes), name, context.cancel);
  });
  Tee tee(proof, plain, plain_bytes_);
  Written out;
  out.summary = source.write_to(tee, context);
  proof.finish();
  compare_counts(out.summary, found, "the backup of '" + source.where() + "' is not complete");
  context.cancel.throw_if_cancelled();
  may_publish();
  plain.finish();
  out.bytes = stored.bytes();
  out.plain_bytes = plain.bytes();
  out.sha256 = stored.sha256();
  out.plain_sha256 = plain.sha256();
  return out;
}

}  // namespace sidekick::backup
