#include "verify/prove_stream.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "filters/digest.hpp"
#include "filters/peek.hpp"
#include "mongo/archive_reader.hpp"
#include "mongo/proof.hpp"
#include "sidekick/error.hpp"
#include "verify/bson_reader.hpp"

namespace sidekick::verify {

namespace {

using filters::Compression;
using filters::PeekSource;
using mongo::Bytes;

constexpr std::size_t age_magic_bytes = 22;
constexpr std::size_t tar_block_bytes = 512;

bool is_archive(Bytes first) {
  constexpr std::array<std::uint8_t, 4> magic{0x6d, 0xe2, 0x99, 0x81};
  return std::ranges::equal(first.first(std::min(first.size(), magic.size())), magic);
}

/// POSIX.1-1988 (ustar) and what GNU tar writes have it in their first header.
bool is_tar(Bytes first) {
  constexpr std::string_view magic = "ustar";
  constexpr std::size_t at = 257;
  return first.size() == tar_block_bytes &&
         std::ranges::equal(
             first.subspan(at, magic.size()), magic, {}, [](std::uint8_t b) { return b; },
             [](char c) { return static_cast<std::uint8_t>(c); });
}

/// A length that can be, and then the type of an element (bsonspec.org) or the end of an empty document.
bool may_be_bson(Bytes first) {
  if (first.size() < 5) return false;
  const auto length = mongo::frame_length(first.data());
  const auto type = first[4];
  if (length < 5 || length > mongo::max_document_bytes) return false;
  return length == 5 ? type == 0 : (type >= 0x01 && type <= 0x13) || type == 0x7f || type == 0xff;
}

Error unknown(const std::string& name, Bytes first) {
  const bool twice = filters::recognise(first) != Compression::none;
  return {ErrorKind::data, "'" + name + "' is no backup: it begins neither as an archive nor as a tar or BSON",
          twice ? "it is compressed twice" : "an archive is written by 'sidekick dump --archive=FILE'"};
}

/// A source that somebody else keeps, and how much came from it.
class Counted final : public filters::Source {
 public:
  explicit Counted(filters::Source& from) : from_(from) {}
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

std::unique_ptr<PeekSource> decrypted(std::unique_ptr<filters::Source> from, const std::string& name,
                                      const std::vector<filters::AgeIdentity>& identities) {
  if (identities.empty())
    throw Error(ErrorKind::config, "'" + name + "' is encrypted, and there is no identity to open it",
                "give the file that age-keygen wrote: --identity-file=FILE");
  return std::make_unique<PeekSource>(std::make_unique<filters::AgeSource>(std::move(from), identities, name));
}

/// What the header of our own archives says of the rest.
void check_counts(const mongo::ArchiveReader& reader, const Report& report) {
  for (const auto& [key, there] : {std::pair{"documents", report.items}, std::pair{"bytes", report.bytes}}) {
    const auto extension = mongo::document_of(reader.header().get(), "sidekick");
    const auto said = static_cast<std::uint64_t>(mongo::number_of(extension.get(), key));
    if (extension.has(key) && said != there)
      throw Error(ErrorKind::data, "archive '" + report.name + "' holds " + std::to_string(there) + " " + key +
                                       " where its header says " + std::to_string(said));
  }
}

Report prove_plain(PeekSource& plain, const std::string& name, const Reading& reading) {
  Report report;
  report.name = name;
  if (reading.content == Content::anything) {
    report.form = Form::output;
    report.unit.clear();
    report.bytes = read_to_end(plain);
    return report;
  }
  const auto first = plain.peek(tar_block_bytes);
  if (first.empty()) throw Error(ErrorKind::no_input, "'" + name + "' is empty");
  if (is_archive(first)) {
    mongo::ArchiveReader reader(std::make_unique<Counted>(plain), name);
    report = prove_dump(reader, name, Form::archive);
    check_counts(reader, report);
    return report;
  }
  if (is_tar(first)) {
    report.form = Form::tar;
    report.unit = "files";
    Counted counted(plain);
    report.items = reading.count_files(counted, name);
    report.bytes = counted.bytes();
    return report;
  }
  if (!may_be_bson(first)) throw unknown(name, first);
  BsonReader reader(std::make_unique<Counted>(plain), name);
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
  const bool encrypted = filters::is_age(compressed->peek(age_magic_bytes));
  if (encrypted) compressed = decrypted(std::move(compressed), name, reading.identities);
  const auto compression = filters::recognise(compressed->peek(4));
  PeekSource plain(filters::decompressed(std::move(compressed), name));
  auto report = prove_plain(plain, name, reading);
  report.encrypted = encrypted;
  report.compression = compression;
  if (read_to_end(digest) > 0) throw Error(ErrorKind::data, "'" + name + "' has something after its end");
  report.stored_bytes = digest.bytes();
  report.sha256 = digest.sha256();
  return report;
}

}  // namespace sidekick::verify
