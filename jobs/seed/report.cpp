#include "seed/report.hpp"

#include "mongo/listed.hpp"
#include "sidekick/plural.hpp"

namespace sidekick::seed {

namespace {

constexpr std::size_t shown_digits = 12;

std::string listed(const std::vector<Namespace>& names) {
  std::vector<std::string> texts;
  texts.reserve(names.size());
  for (const auto& ns : names) texts.push_back(ns.text());
  return mongo::listed(texts);
}

std::string quoted(const Entry& entry) {
  return "'" + entry.name + "'";
}

std::string in_place(const Entry& entry) {
  return "content " + short_text(entry.content) + " is in place";
}

std::string since(const Entry& entry) {
  return entry.at.empty() ? std::string() : " since " + entry.at;
}

Outcome kept(const Entry& entry, const Wanted& wanted, Log& log, std::string_view why, std::string_view hint) {
  log.warn(why, {{"wanted", short_text(wanted.content)}, {"in_place", short_text(entry.content)}, {"hint", hint}});
  return {"nothing was changed: " + in_place(entry)};
}

Error refused(std::string message, std::string hint) {
  return {ErrorKind::data, std::move(message), std::move(hint)};
}

}  // namespace

std::string short_text(const Content& content) {
  auto text = content.sha256.substr(0, shown_digits);
  if (!content.label.empty()) text += " (" + content.label + ")";
  return text;
}

Outcome outcome_of(const End& end, const Entry& entry, const Wanted& wanted, Log& log) {
  const auto names = listed(end.names);
  switch (end.result) {
    case Result::seeded:
      return {"seeded " + plural(entry.documents, "document") + " in " + plural(entry.targets.size(), "collection") +
              ": " + in_place(entry)};
    case Result::already_seeded:
      return {"already seeded: " + in_place(entry) + since(entry)};
    case Result::kept_content:
      return kept(entry, wanted, log, "another content is in place, and stays",
                  "--on-change=replace puts the new content in its place and drops the data, also what was written "
                  "since");
    case Result::kept_later:
      return kept(entry, wanted, log, "this content was in place before the present one, which stays",
                  "--again puts it back in place");
    case Result::kept_missing:
      log.warn("all collections of the content are gone", {{"collections", names}});
      return {"nothing was changed: the collections are gone, and --on-missing is keep"};
    case Result::kept_partial:
      log.warn("some collections of the content are gone",
               {{"collections", names},
                {"hint", "'sidekick seed forget " + entry.name + "' and --existing=keep seed the missing ones"}});
      return {"nothing was changed: " + in_place(entry)};
    case Result::refused_change:
      throw refused("the content of seed " + quoted(entry) + " changed: " + short_text(wanted.content) +
                        " is wanted, and " + in_place(entry),
                    "--on-change=keep accepts what is in place; --on-change=replace drops it");
    case Result::refused_data:
      throw refused("cannot seed " + names + ": data is already there, and no earlier seed explains it",
                    "--existing=keep leaves these collections as they are; --existing=replace drops them");
    case Result::refused_kind:
      throw refused("cannot seed " + names + ": something of another kind has that name",
                    "a collection, a view and a time series never replace each other: drop or rename it first");
    case Result::refused_plan:
      throw refused("cannot complete the plan of seed " + quoted(entry) + ": another process changed " + names,
                    "rename or drop it and start again; or give the seed up: sidekick seed forget " + entry.name);
    case Result::changed:
      throw Error(ErrorKind::temporary, "the target of seed " + quoted(entry) + " changed while it was prepared",
                  "nothing was put in place");
    case Result::lost:
      throw Error(ErrorKind::temporary, "another process took over the seed " + quoted(entry),
                  "this one removed what it had built");
    case Result::stopped:
      break;
  }
  throw Error(ErrorKind::cancelled, "stopped before anything was put in place");
}

}  // namespace sidekick::seed
