#include "tests/bench/orders.hpp"

#include "tests/support/data_set.hpp"

namespace sidekick::test {

namespace {

// mongodump writes up to 16 MiB of a collection at once.
constexpr std::size_t documents_per_segment = 38'000;

Orders write_orders(const std::filesystem::path& archive, std::vector<MadeCollection> collections,
                    const std::string& ending) {
  Orders all{.archive = archive.string(), .collections = {}};
  for (auto& collection : collections) {
    collection.documents = all.documents / collections.size();
    collection.document_bytes = 400;
    all.collections.push_back(collection.name);
    all.indexes = collection.indexes.size();
  }
  if (std::filesystem::exists(archive)) return all;
  const auto unfinished = archive.parent_path() / ("unfinished" + ending);
  DataSet(7, "bench", std::move(collections)).write_archive(unfinished, documents_per_segment);
  std::filesystem::rename(unfinished, archive);
  return all;
}

std::string index(const std::string& name, const std::string& key) {
  return R"({"v":{"$numberInt":"2"},"key":)" + key + R"(,"name":")" + name + "\"}";
}

}  // namespace

Orders orders(const std::filesystem::path& folder, const std::string& ending) {
  return write_orders(folder / ("orders" + ending), {{.name = "orders"}}, ending);
}

Orders indexed_orders(const std::filesystem::path& folder) {
  const std::vector<std::string> five{index("n_1", R"({"n":{"$numberInt":"1"}})"),
                                      index("price_1", R"({"price":{"$numberInt":"1"}})"),
                                      index("at_-1", R"({"at":{"$numberInt":"-1"}})"),
                                      index("n_1_at_1", R"({"n":{"$numberInt":"1"},"at":{"$numberInt":"1"}})"),
                                      index("prose_hashed", R"({"prose":"hashed"})")};
  std::vector<MadeCollection> four;
  for (const auto* name : {"orders1", "orders2", "orders3", "orders4"}) four.push_back({.name = name, .indexes = five});
  return write_orders(folder / "indexed.archive.gz", std::move(four), ".archive.gz");
}

}  // namespace sidekick::test
