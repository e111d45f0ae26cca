#include "mongo/pattern.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/support/errors.hpp"

using namespace sidekick;
using namespace sidekick::mongo;
using namespace sidekick::test;

TEST_CASE("a pattern matches the whole name, and an asterisk stands for anything, dots too") {
  struct Case {
    const char* pattern;
    const char* ns;
    bool matches;
  };
  for (const auto& c : std::vector<Case>{{"shop.fruits", "shop.fruits", true},
                                         {"shop.fruits", "shop.fruits2", false},
                                         {"shop", "shop.fruits", false},
                                         {"*", "", true},
                                         {"*", "shop.a.b", true},
                                         {"shop.*", "shop.a.b", true},
                                         {"*.b", "shop.a.b", true},
                                         {"s*p.*a*", "shop.banana", true},
                                         {"s*p.*a*", "shop.milk", false},
                                         {"**", "x", true},
                                         {"a*a", "a", false},
                                         {"\\*.x", "*.x", true},
                                         {"\\*.x", "a.x", false},
                                         {"a\\\\b", "a\\b", true},
                                         {"a\\", "a\\", true},
                                         {"$a$", "$a$", true},
                                         {"", "", true}}) {
    INFO(c.pattern << " on " << c.ns);
    CHECK(Pattern(c.pattern).matches(c.ns) == c.matches);
  }
}

TEST_CASE("a pattern of many asterisks is matched in no time") {
  std::string pattern;
  for (int i = 0; i < 40; i++) pattern += "*a";
  CHECK_FALSE(Pattern(pattern + "b").matches(std::string(250, 'a')));
  CHECK(Pattern(pattern).matches(std::string(250, 'a')));
  const Renamer renamer({pattern + "b"}, {pattern + "c"});
  CHECK(renamer.rename(std::string(250, 'a')) == std::string(250, 'a'));
}

TEST_CASE("names are renamed by asterisks in their order and by variables wherever they stand") {
  struct Case {
    const char* from;
    const char* to;
    const char* ns;
    const char* renamed;
  };
  for (const auto& c : std::vector<Case>{{"a.x", "b.y", "a.x", "b.y"},
                                         {"a.x", "b.y", "a.xy", "a.xy"},
                                         {"a.*", "b.*", "a.x.y", "b.x.y"},
                                         {"*.*", "new*.old*", "a.x", "newa.oldx"},
                                         {"$db$.$c$", "$c$.$db$", "a.x", "x.a"},
                                         {"$db$.people", "all.people_of_$db$", "a.people", "all.people_of_a"},
                                         {"$n$.$n$", "same.$n$", "x.x", "same.x"},
                                         {"$n$.$n$", "same.$n$", "x.y", "x.y"},
                                         {"$d$.*", "*.$d$", "a.x", "x.a"},
                                         {"a.\\*", "b.\\$", "a.*", "b.$"}}) {
    INFO(c.from << " to " << c.to);
    CHECK(Renamer({c.from}, {c.to}).rename(c.ns) == c.renamed);
  }
}

TEST_CASE("of several pairs that fit the last one wins") {
  const Renamer renamer({"a.*", "*.x"}, {"first.*", "*.last"});
  CHECK(renamer.rename("a.x") == "a.last");
  CHECK(renamer.rename("a.y") == "first.y");
  CHECK(renamer.rename("b.y") == "b.y");
}

TEST_CASE("pairs that do not fit each other are a matter of configuration") {
  using Texts = std::vector<std::string>;
  for (const auto& [from, to] : std::vector<std::pair<Texts, Texts>>{{{"a"}, {}},
                                                                     {{"a.*"}, {"b"}},
                                                                     {{"a"}, {"b.*"}},
                                                                     {{"$x$.a"}, {"$y$.a"}},
                                                                     {{"$x.a"}, {"b.a"}},
                                                                     {{"$$.a"}, {"b.a"}}}) {
    const auto error = error_of([&] { const Renamer renamer(from, to); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::config);
  }
}
