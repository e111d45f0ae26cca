#include "agent/config/describe.hpp"

namespace sidekick::config {

namespace {

std::string flag_words(const Schema& schema) {
  std::string out;
  const auto add = [&](const std::string& word) { out.append(out.empty() ? "" : " ").append(word); };
  for (const auto& setting : schema.settings) {
    const bool wants_value = setting.arity == Arity::one || setting.arity == Arity::repeated;
    add("--" + std::string(setting.name) + (wants_value ? "=" : ""));
    if (!setting.alias.empty()) add("--" + std::string(setting.alias) + (wants_value ? "=" : ""));
    if (setting.has_file_twin()) add("--" + std::string(setting.name) + "-file=");
  }
  return out;
}

}  // namespace

std::string bash_completion(const std::vector<std::string>& commands, const std::vector<Schema>& schemas) {
  std::string words;
  for (const auto& command : commands) words.append(words.empty() ? "" : " ").append(command);
  std::string out =
      "_sidekick() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} command=${1##*/} first=2\n"
      "  [[ $command == sidekick ]] && command=${COMP_WORDS[1]##*/} || first=1\n"
      "  COMPREPLY=()\n"
      "  if ((COMP_CWORD < first)); then\n"
      "    COMPREPLY=($(compgen -W '" +
      words +
      "' -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  local flags=\n"
      "  case $command in\n";
  for (const auto& schema : schemas)
    out += "    " + std::string(schema.command) + ") flags='" + flag_words(schema) + "' ;;\n";
  out +=
      "  esac\n"
      "  if [[ $word == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
      "    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n"
      "  else\n"
      "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
      "  fi\n"
      "}\n"
      "complete -o filenames -F _sidekick sidekick\n";
  return out;
}

}  // namespace sidekick::config
