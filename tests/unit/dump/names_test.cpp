#include "dump/names.hpp"

#include <catch2/catch_test_macros.hpp>

#include "mongo/folder_reader.hpp"

using namespace sidekick;
using namespace sidekick::dump;

TEST_CASE("what belongs to the server is left out and what belongs to its user is not") {
  CHECK(is_left_out(std::string_view("local")));
  CHECK(is_left_out(std::string_view("__mdb_internal_search")));
  CHECK_FALSE(is_left_out(std::string_view("config")));
  CHECK_FALSE(is_left_out(std::string_view("localities")));
  CHECK(is_left_out(mongo::Namespace{"shop", "system.views"}));
  CHECK(is_left_out(mongo::Namespace{"shop", "system.profile"}));
  CHECK(is_left_out(mongo::Namespace{"shop", "system.buckets.weather"}));
  CHECK(is_left_out(mongo::Namespace{"shop", "old.$freelist"}));
  CHECK_FALSE(is_left_out(mongo::Namespace{"shop", "system.js"}));
  CHECK_FALSE(is_left_out(mongo::Namespace{"shop", "systems"}));
  CHECK(is_left_out(mongo::Namespace{"shop", "sk_shop_7-0123456789abcdef0123456789abcdef_12"}));
  CHECK_FALSE(is_left_out(mongo::Namespace{"shop", "sk_shop_7"}));
  CHECK_FALSE(is_left_out(mongo::Namespace{"sidekick", "seeds"}));
  CHECK(is_left_out(mongo::Namespace{"admin", "system.keys"}));
  CHECK_FALSE(is_left_out(mongo::Namespace{"admin", "system.users"}));
  CHECK(is_left_out(mongo::Namespace{"config", "transactions"}));
  CHECK(is_left_out(mongo::Namespace{"config", "system.sessions"}));
  CHECK_FALSE(is_left_out(mongo::Namespace{"config", "chunks"}));
}

TEST_CASE("collections are excluded by name or by the beginning of it") {
  Settings settings;
  settings.exclude_collections = {"logs"};
  settings.exclude_collection_prefixes = {"tmp_"};
  CHECK(is_excluded(settings, "logs"));
  CHECK(is_excluded(settings, "tmp_1"));
  CHECK_FALSE(is_excluded(settings, "logs2"));
  CHECK_FALSE(is_excluded(settings, "a_tmp_"));
}

TEST_CASE("names of files are escaped and read back as they were") {
  CHECK(file_name("plain-name_1.x~") == "plain-name_1.x~");
  CHECK(file_name("a b/c%") == "a+b%2Fc%25");
  for (const std::string name : {"a+b", "50%", "é日本", "x/../y", "\\", "a b"})
    CHECK(mongo::unescape_name(file_name(name)) == name);
}

TEST_CASE("a name of 238 bytes stays and a longer one is cut to 238 with its hash") {
  const std::string fits(238, 'x');
  CHECK(file_name(fits) == fits);
  // printf x%.0s $(seq 239) | openssl sha1 -binary | basenc --base64url
  CHECK(file_name(std::string(239, 'x')) == std::string(208, 'x') + "%24" + "Nq75d-cu3iRxNs-ce3Tvf9gagoU");
  CHECK(file_name(std::string(100, '/')).size() == 238);
}
