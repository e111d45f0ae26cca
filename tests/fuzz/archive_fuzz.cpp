// Whatever bytes an archive, a document or metadata consist of: reading them ends with content or with an Error.

#include <fcntl.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "filters/decompress.hpp"
#include "mongo/archive_reader.hpp"
#include "mongo/metadata.hpp"
#include "sidekick/error.hpp"

namespace {

using namespace sidekick;

class PieceSource final : public filters::Source {
 public:
  PieceSource(mongo::Bytes bytes, std::size_t step) : bytes_(bytes), step_(step) {}
  std::size_t read(std::span<std::uint8_t> into) override {
    const auto n = std::min({into.size(), step_, bytes_.size()});
    std::copy_n(bytes_.begin(), n, into.begin());
    bytes_ = bytes_.subspan(n);
    return n;
  }

 private:
  mongo::Bytes bytes_;
  std::size_t step_;
};

// A compressed input of some bytes may hold gigabytes, which is no finding.
constexpr std::size_t most_documents = 2000;

void read_archive(mongo::Bytes bytes, std::size_t step) {
  const filters::FdSource raw(Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)), "nothing", CancelToken());
  mongo::ArchiveReader reader(filters::decompressed(std::make_unique<PieceSource>(bytes, step), "input"), raw, "input",
                              std::nullopt);
  for (const auto& collection : reader.collections()) {
    try {
      const auto metadata = mongo::parse_metadata(collection.metadata, collection.ns);
      for (const auto& index : metadata.indexes) mongo::index_to_create(index, {.convert_legacy = true}).to_json();
    } catch (const Error&) {  // of one collection: the others are read on
      continue;
    }
  }
  std::vector<std::uint8_t> document;
  for (std::size_t n = 0; n < most_documents; n++) {
    const auto event = reader.next();
    if (event.kind == mongo::DumpEvent::Kind::end) return;
    if (event.kind != mongo::DumpEvent::Kind::document) continue;
    document.resize(event.bytes);
    reader.read_document(document);
  }
}

// What the check lets through the library must be able to walk.
void check(mongo::Bytes bytes) {
  const auto facts = mongo::check_document(bytes);
  if (facts.flaw_at ? *facts.flaw_at > bytes.size() : bytes.size() < 5) std::abort();
  if (facts.flaw_at) return;
  const mongo::Bson document(bytes);
  mongo::find(document.get(), "_id");
  document.to_json();
  mongo::documents_of(document.get(), "indexes");
}

template <class Call>
void only_errors(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    if (error.message().empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const mongo::Bytes bytes(data, size);
  only_errors([&] { read_archive(bytes, SIZE_MAX); });
  only_errors([&] { read_archive(bytes, 7); });
  only_errors([&] { check(bytes); });
  only_errors([&] { mongo::parse_metadata({bytes.begin(), bytes.end()}, {"db", "collection"}); });
  return 0;
}
