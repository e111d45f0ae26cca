#include "tests/support/data_set.hpp"

#include <algorithm>
#include <random>

#include "tests/support/archive_writer.hpp"
#include "tests/support/mongo_client.hpp"

namespace sidekick::test {

namespace {

constexpr const char* words[] = {"apple", "barrel", "cedar",  "delta", "ember",  "falcon", "garnet", "harbour",
                                 "iris",  "jasper", "kettle", "lemon", "marble", "nectar", "orchid", "pepper"};

}  // namespace

DataSet::DataSet(std::uint64_t seed, std::string db, std::vector<MadeCollection> collections)
    : seed_(seed), db_(std::move(db)), collections_(std::move(collections)) {}

std::vector<std::uint8_t> DataSet::document(std::size_t collection, std::size_t number) const {
  std::mt19937_64 random(seed_ ^ (collection << 48U) ^ number);
  std::string prose;
  const std::size_t wanted = collections_[collection].document_bytes;
  while (prose.size() + 90 < wanted) {
    prose += words[random() % std::size(words)];
    prose += ' ';
    if (random() % 4 == 0) prose += std::to_string(random() % 1'000'000'000'000);
  }
  bson_t made;
  bson_init(&made);
  bson_append_int64(&made, "_id", -1, static_cast<std::int64_t>(number));
  bson_append_int32(&made, "n", -1, static_cast<std::int32_t>(random() % 1'000'000));
  bson_append_double(&made, "price", -1, static_cast<double>(random() % 100'000) / 100);
  bson_append_date_time(&made, "at", -1, static_cast<std::int64_t>(1'700'000'000'000 + random() % 100'000'000'000));
  bson_append_utf8(&made, "prose", -1, prose.c_str(), static_cast<int>(prose.size()));
  const std::uint8_t* bytes = bson_get_data(&made);
  std::vector<std::uint8_t> copy(bytes, bytes + made.len);
  bson_destroy(&made);
  return copy;
}

std::vector<std::vector<std::uint8_t>> DataSet::segment(std::size_t collection, std::size_t first,
                                                        std::size_t count) const {
  std::vector<std::vector<std::uint8_t>> documents;
  const std::size_t end = std::min(first + count, collections_[collection].documents);
  for (std::size_t number = first; number < end; number++) documents.push_back(document(collection, number));
  return documents;
}

void DataSet::write_archive(const std::filesystem::path& path, std::size_t documents_per_segment) const {
  ArchiveWriter archive(path);
  for (const auto& collection : collections_)
    archive.promise(db_, collection.name, collection.options, collection.indexes);
  archive.end_prelude();
  std::size_t most = 0;
  for (const auto& collection : collections_) most = std::max(most, collection.documents);
  for (std::size_t first = 0; first < most; first += documents_per_segment)
    for (std::size_t i = 0; i < collections_.size(); i++)
      if (first < collections_[i].documents)
        archive.segment(db_, collections_[i].name, segment(i, first, documents_per_segment));
  for (const auto& collection : collections_) archive.end(db_, collection.name);
  archive.close();
}

void DataSet::load(const std::string& uri) const {
  const MongoClient client(uri);
  for (std::size_t i = 0; i < collections_.size(); i++) {
    const auto& collection = collections_[i];
    std::string create = R"({"create":")" + collection.name + "\"";
    if (collection.options != "{}") create += "," + collection.options.substr(1, collection.options.size() - 2);
    client.command(db_, create + "}");
    for (std::size_t first = 0; first < collection.documents; first += 1000)
      client.insert(db_, collection.name, segment(i, first, 1000));
    for (const auto& index : collection.indexes)
      client.command(db_, R"({"createIndexes":")" + collection.name + R"(","indexes":[)" + index + "]}");
  }
}

}  // namespace sidekick::test
