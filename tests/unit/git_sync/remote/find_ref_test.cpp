#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "git_sync/remote/remote.hpp"

using namespace sidekick;
using namespace sidekick::git_sync;

namespace {

ObjectId id(char digit) {
  return ObjectId::parse(std::string(40, digit)).value();
}

const std::vector<RemoteRef> refs{
    {"HEAD", id('1'), {}, "refs/heads/main"},
    {"refs/heads/main", id('1'), {}, {}},
    {"refs/heads/both", id('2'), {}, {}},
    {"refs/heads/feature/x", id('6'), {}, {}},
    {"refs/pull/7/head", id('5'), {}, {}},
    {"refs/tags/both", id('3'), {}, {}},
    {"refs/tags/v1", id('4'), id('7'), {}},
    {"refs/tags/abcdef", id('8'), {}, {}},
    {"refs/heads/deep/refs/heads/x", id('9'), {}, {}},
};

// As a remote that keeps to the prefixes would list them.
std::optional<ObjectId> looked_up(const std::string& ref) {
  std::vector<RemoteRef> listed;
  const auto prefixes = prefixes_for(ref);
  std::ranges::copy_if(refs, std::back_inserter(listed), [&](const RemoteRef& each) {
    return std::ranges::any_of(prefixes, [&](const auto& prefix) { return each.name.starts_with(prefix); });
  });
  return find_ref(ref, listed);
}

}  // namespace

TEST_CASE("a ref is found by every name that git knows it by", "[remote]") {
  CHECK(looked_up("HEAD") == id('1'));
  CHECK(looked_up("main") == id('1'));
  CHECK(looked_up("heads/main") == id('1'));
  CHECK(looked_up("refs/heads/main") == id('1'));
  CHECK(looked_up("feature/x") == id('6'));
  CHECK(looked_up("refs/pull/7/head") == id('5'));
  CHECK(looked_up("pull/7/head") == id('5'));
  CHECK_FALSE(looked_up("feature"));
  CHECK_FALSE(looked_up("mai"));
  CHECK_FALSE(looked_up(""));
}

TEST_CASE("a tag beats a branch of the same name", "[remote]") {
  CHECK(looked_up("both") == id('3'));
  CHECK(looked_up("heads/both") == id('2'));
}

TEST_CASE("an annotated tag stands for its commit", "[remote]") {
  CHECK(looked_up("v1") == id('7'));
  CHECK(looked_up("tags/v1") == id('7'));
}

TEST_CASE("a full hash stands for itself and a short one for the tip it begins", "[remote]") {
  CHECK(looked_up(std::string(40, 'e')) == id('e'));
  CHECK(looked_up("6666") == id('6'));
  CHECK(looked_up("7777777") == id('7'));
  CHECK_FALSE(looked_up("666"));
  CHECK_FALSE(looked_up("5555555"));
  CHECK_FALSE(looked_up("eeeeeee"));
  CHECK(looked_up("abcdef") == id('8'));
}

TEST_CASE("a short hash of two commits stands for neither", "[remote]") {
  const std::vector<RemoteRef> two{{"refs/heads/a", ObjectId::parse("1234" + std::string(36, '0')).value(), {}, {}},
                                   {"refs/heads/b", ObjectId::parse("1234" + std::string(36, '1')).value(), {}, {}}};
  CHECK_FALSE(find_ref("1234", two));
  CHECK(find_ref("12340", two) == two[0].id);
}

TEST_CASE("a short name of both a tag and a branch is ambiguous", "[remote]") {
  CHECK(names_tag_and_branch("both", refs));
  for (const auto* ref : {"main", "v1", "refs/heads/both", "heads/both", "HEAD"})
    CHECK_FALSE(names_tag_and_branch(ref, refs));
}
