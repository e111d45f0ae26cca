#include "backup/tar/warnings.hpp"

namespace sidekick::backup::tar {

namespace {

constexpr std::size_t max_texts = 20;

}  // namespace

void Warnings::changed(std::string text) {
  consistent_ = false;
  left_out(std::move(text));
}

void Warnings::left_out(std::string text) {
  if (texts_.size() < max_texts)
    texts_.push_back(std::move(text));
  else
    more_++;
}

std::vector<std::string> Warnings::list() const {
  auto out = texts_;
  if (more_ > 0) out.push_back("and " + std::to_string(more_) + " more like these");
  return out;
}

}  // namespace sidekick::backup::tar
