#include "tests/support/seeding.hpp"

#include <set>

#include "tests/support/archive_writer.hpp"
#include "tests/support/dump_files.hpp"

namespace sidekick::test {

namespace {

std::string index(const std::string& field, bool unique) {
  return R"({"v":{"$numberInt":"2"},"key":{")" + field + R"(":{"$numberInt":"1"}},"name":")" + field + "_1\"" +
         (unique ? R"(,"unique":true})" : "}");
}

ArchiveWriter::Documents fruits_of(const Shop& shop) {
  ArchiveWriter::Documents out;
  for (const std::string name : {"apple", "banana", "cherry"})
    out.push_back(bson_bytes(R"({"_id":")" + name + R"(","name":")" + (shop.clash ? "same" : name) +
                             R"(","edition":")" + shop.edition + "\"}"));
  return out;
}

ArchiveWriter::Documents orders_of(const Shop& shop) {
  ArchiveWriter::Documents out;
  for (int i = 0; i < shop.orders; i++)
    out.push_back(
        bson_bytes(R"({"_id":)" + std::to_string(i) + R"(,"fruit":"apple","edition":")" + shop.edition + "\"}"));
  return out;
}

}  // namespace

Command seed_command(const std::string& uri, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {sidekick_binary(), "seed", "--uri=" + uri});
  return {std::move(flags)};
}

Finished seed(const std::string& uri, std::vector<std::string> flags) {
  return run(seed_command(uri, std::move(flags)), 2min);
}

std::string shop_archive(const TempDir& folder, const Shop& shop) {
  const auto path = folder / (shop.edition + std::to_string(shop.orders) + (shop.view ? "v" : "") +
                              (shop.clash ? "c" : "") + ".archive");
  ArchiveWriter archive(path);
  archive.promise("shop", "fruits", R"({"validator":{"name":{"$exists":true}}})", {index("name", true)});
  archive.promise("shop", "orders", "{}", {index("fruit", false)});
  if (shop.view)
    archive.promise("shop", "cheap", R"({"viewOn":"fruits","pipeline":[{"$match":{"name":"apple"}}]})", {});
  archive.end_prelude();
  archive.segment("shop", "fruits", fruits_of(shop));
  archive.end("shop", "fruits");
  archive.segment("shop", "orders", orders_of(shop));
  archive.end("shop", "orders");
  if (shop.view) archive.end("shop", "cheap");
  archive.close();
  return "--archive=" + path.string();
}

std::string edition(const MongoClient& client) {
  std::set<std::string> found;
  for (const auto& fruit : client.documents("shop", {{"find", "fruits"}}))
    found.insert(std::string(fruit.at("edition").as_string()));
  if (found.size() > 1) return "mixed";
  return found.empty() ? "" : *found.begin();
}

std::vector<std::string> staging(const MongoClient& client) {
  std::vector<std::string> out;
  for (const auto& listed : client.documents("shop", {{"listCollections", 1}}))
    if (std::string name(listed.at("name").as_string()); name.starts_with("sk_")) out.push_back(std::move(name));
  return out;
}

std::string ledger_state(const MongoClient& client, const std::string& name) {
  const auto found = client.documents("sidekick", {{"find", "seeds"}, {"filter", {{"_id", name}}}});
  return found.empty() || !found[0].as_object().contains("state") ? "" : std::string(found[0].at("state").as_string());
}

bool says(const Finished& finished, std::string_view part) {
  return finished.err.find(part) != std::string::npos;
}

}  // namespace sidekick::test
