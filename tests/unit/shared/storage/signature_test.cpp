// The examples that AWS publishes for signature version 4 of S3.
#include "storage/s3/signature.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;
using namespace sidekick::storage::s3;

namespace {

const std::string empty_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What follows "Signature=".
std::string signature(const std::string& method, const std::string& path, const std::string& query,
                      std::vector<HttpHeader> more, const std::string& payload_sha256 = empty_sha256) {
  const auto time = std::chrono::sys_days(std::chrono::year(2013) / 5 / 24);
  more.push_back({"Host", "examplebucket.s3.amazonaws.com"});
  more.push_back({"x-amz-content-sha256", payload_sha256});
  more.push_back({"x-amz-date", "20130524T000000Z"});
  const auto text = authorization({method, path, query, std::move(more), payload_sha256},
                                  {"AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), {}},
                                  "us-east-1", time);
  CHECK(text.starts_with("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"));
  return text.substr(text.find("Signature=") + 10);
}

}  // namespace

TEST_CASE("requests are signed as the published examples are") {
  CHECK(signature("GET", "/test.txt", "", {{"Range", "bytes=0-9"}}) ==
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  CHECK(signature("PUT", "/" + encoded("test$file.text", Encoding::path), "",
                  {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                  sha256_hex("Welcome to Amazon S3.")) ==
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  CHECK(signature("GET", "/", query_text({{"lifecycle", ""}}), {}) ==
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  CHECK(signature("GET", "/", query_text({{"prefix", "J"}, {"max-keys", "2"}}), {}) ==
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("what is signed is encoded as S3 wants it") {
  CHECK(encoded("a/b c~é", Encoding::path) == "a/b%20c~%C3%A9");
  CHECK(encoded("a/b+=", Encoding::query) == "a%2Fb%2B%3D");
  CHECK(query_text({{"prefix", "a/b"}, {"list-type", "2"}, {"acl", ""}}) == "acl=&list-type=2&prefix=a%2Fb");
  CHECK(sha256_hex("") == empty_sha256);
  CHECK(amz_date(std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) + std::chrono::seconds(3723)) ==
        "20260102T010203Z");
}
