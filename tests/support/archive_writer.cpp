#include "tests/support/archive_writer.hpp"

#include <bson/bson.h>
#include <lzma.h>
#include <zlib.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace sidekick::test {

namespace {

class Document final {
 public:
  Document() { bson_init(&bson_); }
  ~Document() { bson_destroy(&bson_); }
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  Document& add(const char* key, const std::string& value) {
    bson_append_utf8(&bson_, key, -1, value.c_str(), static_cast<int>(value.size()));
    return *this;
  }
  Document& add(const char* key, std::int32_t value) {
    bson_append_int32(&bson_, key, -1, value);
    return *this;
  }
  Document& add_segment_mark() {
    bson_append_bool(&bson_, "EOF", -1, false);
    bson_append_int64(&bson_, "CRC", -1, 0);
    return *this;
  }
  Document& add_end_mark(std::uint64_t checksum) {
    bson_append_bool(&bson_, "EOF", -1, true);
    bson_append_int64(&bson_, "CRC", -1, static_cast<std::int64_t>(checksum));
    return *this;
  }
  std::span<const std::uint8_t> bytes() const { return {bson_get_data(&bson_), bson_.len}; }

 private:
  bson_t bson_;
};

}  // namespace

struct ArchiveWriter::File {
  gzFile handle;
};

ArchiveWriter::ArchiveWriter(const std::filesystem::path& path) : file_(std::make_unique<File>()) {
  file_->handle = gzopen(path.c_str(), path.extension() == ".gz" ? "wb6e" : "wbTe");
  if (!file_->handle) throw std::runtime_error("cannot write '" + path.string() + "'");
  constexpr std::array<std::uint8_t, 4> magic{0x6d, 0xe2, 0x99, 0x81};
  write(magic);
  write(Document()
            .add("concurrent_collections", 16)
            .add("version", "0.1")
            .add("server_version", "6.0.5")
            .add("tool_version", "100.18.0")
            .bytes());
}

ArchiveWriter::~ArchiveWriter() {
  if (file_->handle) gzclose(file_->handle);
}

void ArchiveWriter::promise(const std::string& db, const std::string& collection, const std::string& options,
                            const std::vector<std::string>& indexes) {
  std::string list = R"({"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_"})";
  for (const auto& index : indexes) list += "," + index;
  const std::string metadata = R"({"options":)" + options + R"(,"indexes":[)" + list + R"(],"collectionName":")" +
                               collection + R"(","type":"collection"})";
  write(Document()
            .add("db", db)
            .add("collection", collection)
            .add("metadata", metadata)
            .add("size", 0)
            .add("type", "collection")
            .bytes());
}

void ArchiveWriter::end_prelude() {
  terminator();
}

void ArchiveWriter::segment(const std::string& db, const std::string& collection, const Documents& documents) {
  write(Document().add("db", db).add("collection", collection).add_segment_mark().bytes());
  auto& checksum = checksums_[db + "." + collection];
  for (const auto& document : documents) {
    write(document);
    checksum = lzma_crc64(document.data(), document.size(), checksum);
  }
  terminator();
}

void ArchiveWriter::end(const std::string& db, const std::string& collection) {
  const auto checksum = checksums_[db + "." + collection];
  write(Document().add("db", db).add("collection", collection).add_end_mark(checksum).bytes());
  terminator();
}

void ArchiveWriter::close() {
  if (gzclose(std::exchange(file_->handle, nullptr)) != Z_OK) throw std::runtime_error("cannot finish the archive");
}

void ArchiveWriter::write(std::span<const std::uint8_t> bytes) {
  if (gzwrite(file_->handle, bytes.data(), static_cast<unsigned>(bytes.size())) != static_cast<int>(bytes.size()))
    throw std::runtime_error("cannot write the archive");
}

void ArchiveWriter::terminator() {
  constexpr std::array<std::uint8_t, 4> mark{0xff, 0xff, 0xff, 0xff};
  write(mark);
}

}  // namespace sidekick::test
