#include "storage/s3/address.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace sidekick;
using namespace sidekick::storage::s3;

namespace {

std::string bucket_at(const std::string& endpoint, Addressing addressing = Addressing::path) {
  return bucket_url(parse_url(endpoint), "shop", addressing).without_login();
}

std::string redirected(const std::string& from, int status, const std::string& location) {
  const HttpResponse response{.status = status, .headers = {{"Location", location}}, .effective_url = {}, .body = {}};
  const auto next = redirect_of(parse_url(from), response);
  return next ? next->without_login() : "";
}

}  // namespace

TEST_CASE("a bucket that the endpoint names already is not named again") {
  CHECK(bucket_at("https://s3.example") == "https://s3.example/shop");
  CHECK(bucket_at("https://s3.example:9000/below/") == "https://s3.example:9000/below/shop");
  CHECK(bucket_at("https://account.example/shop") == "https://account.example/shop");
  CHECK(bucket_at("https://account.example/shop/") == "https://account.example/shop");
  CHECK(bucket_at("https://account.example/workshop") == "https://account.example/workshop/shop");
  CHECK(bucket_at("https://s3.example", Addressing::virtual_host) == "https://shop.s3.example");
  CHECK(bucket_at("https://shop.s3.example", Addressing::virtual_host) == "https://shop.s3.example");
  // The host may be called so for itself.
  CHECK(bucket_at("https://shop.example") == "https://shop.example/shop");
}

TEST_CASE("a redirect of S3 is followed to where it leads, and to no place that is less safe") {
  const std::string from = "https://s3.example/shop/a?partNumber=1&uploadId=x";
  CHECK(redirected(from, 307, "https://other.example/shop/a?uploadId=x%2Fy&partNumber=1") ==
        "https://other.example/shop/a?partNumber=1&uploadId=x%2Fy");
  CHECK(redirected(from, 308, "https://me:pw@other.example/b c") ==
        "https://other.example/b%20c?partNumber=1&uploadId=x");
  CHECK(redirected(from, 307, "/elsewhere") == "https://s3.example/elsewhere?partNumber=1&uploadId=x");
  CHECK(redirected(from, 307, "http://s3.example/shop/a").empty());
  CHECK(redirected(from, 307, "ftp://s3.example/shop/a").empty());
  CHECK(redirected(from, 301, "https://other.example/").empty());
  CHECK(redirected("http://s3.example/shop", 307, "https://s3.example/shop") == "https://s3.example/shop");
}
