#include "base/ssh/password.hpp"

#include <cstdlib>
#include <cstring>

#include "sidekick/ssh_session.hpp"

namespace sidekick {

namespace {

int by_password(LIBSSH2_SESSION* session, const std::string& user, const Secret& password) noexcept {
  const auto& text = password.reveal();
  return libssh2_userauth_password_ex(session, user.c_str(), static_cast<unsigned int>(user.size()), text.c_str(),
                                      static_cast<unsigned int>(text.size()), nullptr);
}

// libssh2 frees each answer.
void answer(const char*, int, const char*, int, int count, const LIBSSH2_USERAUTH_KBDINT_PROMPT* prompts,
            LIBSSH2_USERAUTH_KBDINT_RESPONSE* responses, void** abstract) {
  const auto* password = static_cast<const SshReads*>(*abstract)->password;
  for (int i = 0; i < count; i++) {
    const std::string_view text = prompts[i].echo != 0 ? std::string_view() : password->reveal();
    responses[i].text = static_cast<char*>(std::malloc(text.size() + 1));
    if (responses[i].text == nullptr) continue;
    std::memcpy(responses[i].text, text.data(), text.size());
    responses[i].length = static_cast<unsigned int>(text.size());
  }
}

int by_questions(LIBSSH2_SESSION* session, const std::string& user, const Secret& password) noexcept {
  static_cast<SshReads*>(*libssh2_session_abstract(session))->password = &password;
  return libssh2_userauth_keyboard_interactive_ex(session, user.c_str(), static_cast<unsigned int>(user.size()),
                                                  &answer);
}

}  // namespace

const std::array<PasswordMethod, 2>& password_methods() noexcept {
  static constexpr std::array<PasswordMethod, 2> methods{
      {{"password", &by_password}, {"keyboard-interactive", &by_questions}}};
  return methods;
}

}  // namespace sidekick
