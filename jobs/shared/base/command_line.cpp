#include "sidekick/child.hpp"
#include "sidekick/error.hpp"

namespace sidekick {

namespace {

/// Reads a command line from its front to its end.
class Splitter {
 public:
  explicit Splitter(const std::string& text) : text_(text) {}

  std::vector<std::string> words() {
    for (; at_ < text_.size(); at_++) take(text_[at_]);
    finish_word();
    return std::move(words_);
  }

 private:
  void take(char c) {
    switch (c) {
      case ' ':
      case '\t':
      case '\n':
        return finish_word();
      case '\'':
        return take_single_quoted();
      case '"':
        return take_double_quoted();
      case '\\':
        if (at_ + 1 == text_.size()) return add(c);
        if (text_[++at_] != '\n') add(text_[at_]);
        return;
      default:
        return add(c);
    }
  }

  void take_single_quoted() {
    const auto end = text_.find('\'', at_ + 1);
    if (end == std::string::npos) throw open_quote();
    in_word_ = true;
    word_ += text_.substr(at_ + 1, end - at_ - 1);
    at_ = end;
  }

  void take_double_quoted() {
    in_word_ = true;
    for (at_++; at_ < text_.size(); at_++) {
      if (text_[at_] == '"') return;
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && escapable.find(text_[at_ + 1]) != std::string::npos) {
        if (text_[++at_] == '\n') continue;
      }
      word_ += text_[at_];
    }
    throw open_quote();
  }

  void add(char c) {
    in_word_ = true;
    word_ += c;
  }

  void finish_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  static Error open_quote() { return {ErrorKind::usage, "a command line has an open quote", "close it, or write \\'"}; }

  static constexpr std::string_view escapable = "$`\"\\\n";

  const std::string& text_;
  std::size_t at_ = 0;
  std::vector<std::string> words_;
  std::string word_;
  bool in_word_ = false;
};

}  // namespace

std::vector<std::string> split_command_line(const std::string& text) {
  return Splitter(text).words();
}

}  // namespace sidekick
