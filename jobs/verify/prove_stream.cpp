#include "verify/prove_stream.hpp"

#include <vector>

#include "filters/digest.hpp"
#include "filters/peek.hpp"
#include "mongo/archive_reader.hpp"
#include "mongo/input_kind.hpp"
#include "mongo/proof.hpp"
#include "sidekick/error.hpp"
#include "verify/bson_reader.hpp"

namespace sidekick::verify {

namespace {

using filters::Compression;
using filters::PeekSource;

/// A source that the caller keeps, with the number of bytes read from it.
class CountedSource final : public filters::Source {
 public:
  explicit CountedSource(filters::Source& from) : from_(from) {}
  std::size_t read(std::span<std::uint8_t> into) override {
    const auto n = from_.read(into);
    bytes_ += n;
    return n;
  }
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  filters::Source& from_;
  std::uint64_t bytes_ = 0;
};

std::uint64_t read_to_end(filters::Source& source) {
  std::vector<std::uint8_t> chunk(std::size_t{64} << 10);
  std::uint64_t bytes = 0;
  while (const auto n = source.read(chunk)) bytes += n;
  return bytes;
}

Report prove_plain(PeekSource& plain, const std::string& name, const Reading& reading) {
  Report report;
  report.name = name;
  if (reading.content == AcceptedForms::anything) {
    report.form = Form::output;
    report.unit.clear();
    report.bytes = read_to_end(plain);
    return report;
  }
  const auto first = plain.peek(mongo::input_kind_bytes);
  if (first.empty()) throw Error(ErrorKind::no_input, "'" + name + "' is empty");
  if (mongo::is_archive(first)) {
    mongo::ArchiveReader reader(std::make_unique<CountedSource>(plain), name);
    mongo::check_collections(reader);
    return prove_dump(reader, name, Form::archive);
  }
  if (mongo::is_tar(first)) {
    report.form = Form::tar;
    report.unit = "files";
    CountedSource counted(plain);
    report.items = reading.count_files(counted, name);
    report.bytes = counted.bytes();
    return report;
  }
  if (!mongo::may_be_bson(first)) throw mongo::not_a_backup(name, first);
  BsonReader reader(std::make_unique<CountedSource>(plain), name);
  return prove_dump(reader, name, Form::bson);
}

}  // namespace

Report prove_dump(mongo::DumpReader& dump, const std::string& name, Form form) {
  const auto proof = mongo::prove(dump);
  Report report;
  report.name = name;
  report.form = form;
  report.server_version = proof.server_version;
  report.items = proof.documents;
  report.bytes = proof.bytes;
  for (const auto& counted : proof.namespaces) {
    const auto text = counted.ns.db.empty() ? counted.ns.collection : counted.ns.text();
    report.parts.push_back({text, counted.type, counted.documents, counted.bytes});
  }
  return report;
}

Report prove_stream(std::unique_ptr<filters::Source> stored, const std::string& name, const Reading& reading) {
  auto digested = std::make_unique<filters::DigestSource>(std::move(stored));
  auto& digest = *digested;
  auto compressed = std::make_unique<PeekSource>(std::move(digested));
  const bool encrypted = filters::is_age(compressed->peek(filters::age_magic_bytes));
  if (encrypted)
    compressed = std::make_unique<PeekSource>(filters::decrypted(std::move(compressed), reading.identities, name));
  const auto compression = filters::recognise(compressed->peek(4));
  PeekSource plain(filters::decompressed(std::move(compressed), name));
  auto report = prove_plain(plain, name, reading);
  report.encrypted = encrypted;
  report.compression = compression;
  if (read_to_end(digest) > 0) throw Error(ErrorKind::data, "'" + name + "' has data after its end");
  report.stored_bytes = digest.bytes();
  report.sha256 = digest.sha256();
  return report;
}

}  // namespace sidekick::verify
