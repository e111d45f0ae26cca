#include "tests/support/dynamic_test.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/internal/catch_test_registry.hpp>

namespace sidekick::test {

namespace {

class Invoker final : public Catch::ITestInvoker {
 public:
  explicit Invoker(std::function<void()> body) : body_(std::move(body)) {}
  void invoke() const override { body_(); }

 private:
  std::function<void()> body_;
};

}  // namespace

void add_test(const std::string& name, const std::string& tags, std::function<void()> body) {
  const Catch::AutoReg registered(Catch::Detail::make_unique<Invoker>(std::move(body)), CATCH_INTERNAL_LINEINFO,
                                  Catch::StringRef(), Catch::NameAndTags(name, tags));
}

}  // namespace sidekick::test
