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

/// Whether it is a command within another: "backup list".
bool is_part(const Schema& schema) {
  return schema.command.find(' ') != std::string_view::npos;
}

/// The last words of the commands within `schema`.
std::string parts_of(const Schema& schema, const std::vector<Schema>& schemas) {
  const auto begin = std::string(schema.command) + " ";
  std::string out;
  for (const auto& other : schemas)
    if (other.command.starts_with(begin)) out.append(out.empty() ? "" : " ").append(other.command.substr(begin.size()));
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
      "  local flags= words=\n"
      "  case $command in\n"
      "    help) words='" +
      words +
      "' ;;\n"
      "    completion) words='bash' ;;\n";
  for (const auto& schema : schemas)
    if (!is_part(schema))
      out += "    " + std::string(schema.command) + ") flags='" + flag_words(schema) + "' words='" +
             parts_of(schema, schemas) + "' ;;\n";
  out +=
      "  esac\n"
      "  case \"$command ${COMP_WORDS[first]}\" in\n";
  for (const auto& schema : schemas)
    if (is_part(schema)) out += "    '" + std::string(schema.command) + "') flags='" + flag_words(schema) + "' ;;\n";
  out +=
      "  esac\n"
      "  if [[ $word == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
      "    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n"
      "  elif ((COMP_CWORD == first)) && [[ $words ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
      "  else\n"
      "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
      "  fi\n"
      "}\n"
      "complete -o filenames -F _sidekick sidekick\n";
  return out;
}

}  // namespace sidekick::config
