// The protocol of the ledger against every order of events: holders that pause, crash, stop and are overtaken, and
// commands whose answer is lost and that the server executes at any later time.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <deque>
#include <unordered_set>

#include "mongo/staging_name.hpp"
#include "seed/protocol.hpp"

namespace sidekick::seed {

namespace {

const Namespace first_target{"shop", "a"};
const Namespace second_target{"shop", "b"};
const std::string ledger_uuid = "ledger";

/// Conditions that the server checks, each of which a test takes away.
struct Conditions {
  bool holder = true;
  bool revision = true;
  bool uuid = true;
};

struct Server {
  Entry entry{.name = "s"};
  std::map<Namespace, Found> collections;
  std::map<std::string, std::string> made_of;  ///< content of a collection, by UUID
  std::string violation;

  std::string make(const Namespace& ns, const std::string& content) {
    // No name is used twice, so that the order of creations need not count as a difference.
    const auto uuid = ns.text() + " of " + content;
    collections[ns] = {"collection", uuid, false};
    made_of[uuid] = content;
    return uuid;
  }

  void violate(std::string what) {
    if (violation.empty()) violation = std::move(what);
  }

  bool has(const Namespace& ns, const std::string& uuid) const {
    const auto found = collections.find(ns);
    return found != collections.end() && found->second.uuid == uuid;
  }

  bool is_carried_out(const Plan& plan) const {
    return std::ranges::all_of(plan.moves, [&](const Move& move) { return has(move.to, move.uuid); });
  }

  Reply write(const Write& write, const Conditions& conditions) {
    const auto& next = write.entry;
    if (conditions.holder && entry.holder != next.holder) return Refused{};
    if (conditions.revision && entry.revision != next.revision - 1) return Refused{};
    if (entry.plan && (!next.plan || *next.plan != *entry.plan) && !is_carried_out(*entry.plan))
      violate("a plan was given up before it was carried out");
    entry = next;
    return entry;
  }

  Reply rename(const Rename& rename, const Conditions& conditions) {
    const auto& move = rename.move;
    if (!has(move.from, move.uuid)) return NotRenamed{};
    const auto there = collections.find(move.to);
    if (there != collections.end()) {
      if (rename.drops.empty() && conditions.uuid) return NotRenamed{};
      if (conditions.uuid && there->second.uuid != rename.drops) return NotRenamed{};
      if (move.drops != there->second.uuid) violate("dropped a collection that is not in the plan");
    }
    if (!entry.plan || std::ranges::find(entry.plan->moves, move) == entry.plan->moves.end())
      violate("a rename was executed without its plan in the ledger");
    collections[move.to] = collections.at(move.from);
    collections.erase(move.from);
    return Done{};
  }

  Reply execute(const Command& command, const Conditions& conditions, const std::string& content) {
    if (std::holds_alternative<Read>(command)) return entry;
    if (const auto* write = std::get_if<Write>(&command)) return this->write(*write, conditions);
    if (const auto* rename = std::get_if<Rename>(&command)) return this->rename(*rename, conditions);
    if (const auto* drop = std::get_if<Drop>(&command)) collections.erase(drop->ns);
    if (const auto* fill = std::get_if<Fill>(&command)) {
      for (const auto& ns : fill->staging) make(ns, content);
      return Filled{1};
    }
    if (const auto* look = std::get_if<Look>(&command)) {
      Seen seen;
      for (const auto& ns : look->names)
        if (const auto found = collections.find(ns); found != collections.end()) seen.insert(*found);
      return seen;
    }
    return Done{};
  }

  /// What holds at every moment.
  void check() {
    if (entry.plan)
      for (const auto& move : entry.plan->moves)
        if (!has(move.from, move.uuid) && !has(move.to, move.uuid)) violate("the staging of a written plan is gone");
    if (!entry.is_done() || entry.plan) return;
    for (const auto& ns : entry.targets)
      if (const auto found = collections.find(ns);
          found == collections.end() || made_of.at(found->second.uuid) != entry.content.sha256)
        violate("a target is not of the content that is in place");
  }

  std::string fingerprint() const {
    auto out = seed::fingerprint(entry);
    for (const auto& [ns, found] : collections) out += ns.text() + found.uuid + (found.empty ? "-" : "+");
    return out;
  }
};

/// A process, which takes the lease again after a crash.
struct Process {
  Wanted wanted;
  std::optional<Holder> holder;
};

struct World {
  Server server;
  std::vector<Process> processes;
  std::vector<std::pair<Command, std::string>> delayed;  ///< executed at any time or never, and for which content
  int takes = 0;                                         ///< that may still happen
  int delays = 0;
  int stops = 0;
  int creations = 0;  ///< by the application

  std::string fingerprint() const {
    auto out = server.fingerprint();
    for (const auto& process : processes) out += process.holder ? process.holder->fingerprint() + "|" : "-|";
    for (const auto& [command, content] : delayed) {
      out += std::to_string(command.index()) + content;
      if (const auto* write = std::get_if<Write>(&command)) out += seed::fingerprint(write->entry);
      if (const auto* rename = std::get_if<Rename>(&command)) out += rename->move.from.text();
      if (const auto* drop = std::get_if<Drop>(&command)) out += drop->ns.text();
    }
    return out + std::to_string(takes) + "," + std::to_string(delays) + "," + std::to_string(stops) + "," +
           std::to_string(creations);
  }
};

void take(World& world, std::size_t index) {
  auto& entry = world.server.entry;
  entry.holder.number++;
  // 32 digits, as staging names want them.
  const auto digits = std::to_string(entry.holder.number);
  entry.holder.id = std::string(32 - digits.size(), '0') + digits;
  entry.revision++;
  auto& process = world.processes[index];
  process.holder.emplace(process.wanted, entry.holder, ledger_uuid);
}

bool changes_something(const Command& command) {
  return std::holds_alternative<Write>(command) || std::holds_alternative<Rename>(command) ||
         std::holds_alternative<Drop>(command);
}

/// All that can happen next.
std::vector<World> successors(const World& world, const Conditions& conditions) {
  std::vector<World> out;
  for (std::size_t i = 0; i < world.processes.size(); i++) {
    const auto& process = world.processes[i];
    if (world.takes > 0) {
      auto next = world;
      next.takes--;
      take(next, i);
      out.push_back(std::move(next));
    }
    if (!process.holder) continue;
    const auto command = process.holder->next();
    if (std::holds_alternative<End>(command)) continue;
    const auto& content = process.wanted.content.sha256;
    {
      auto next = world;
      next.processes[i].holder->advance(next.server.execute(command, conditions, content));
      out.push_back(std::move(next));
    }
    if (world.delays > 0 && changes_something(command)) {
      auto next = world;
      next.delays--;
      next.delayed.emplace_back(command, content);
      next.processes[i].holder->advance(Unknown{});
      out.push_back(std::move(next));
    }
    if (world.stops > 0) {
      auto next = world;
      next.stops--;
      next.processes[i].holder->stop();
      out.push_back(std::move(next));
    }
  }
  for (std::size_t i = 0; i < world.delayed.size(); i++) {
    auto next = world;
    const auto [command, content] = world.delayed[i];
    next.delayed.erase(next.delayed.begin() + static_cast<std::ptrdiff_t>(i));
    next.server.execute(command, conditions, content);
    out.push_back(std::move(next));
  }
  if (world.creations > 0 && !world.server.collections.contains(first_target)) {
    auto next = world;
    next.creations--;
    next.server.make(first_target, "application");
    out.push_back(std::move(next));
  }
  return out;
}

/// A process that nobody disturbs ends with its content, or with one that is in place, whole.
void finish_alone(World world, const Conditions& conditions) {
  take(world, 0);
  auto& holder = *world.processes[0].holder;
  for (int steps = 0; steps < 100; steps++) {
    const auto command = holder.next();
    if (const auto* end = std::get_if<End>(&command)) {
      const bool is_over = end->result == Result::seeded || end->result == Result::already_seeded ||
                           end->result == Result::kept_later || end->result == Result::kept_content;
      if (!is_over) world.server.violate("the next process ends as " + std::to_string(static_cast<int>(end->result)));
      for (const auto& [ns, found] : world.server.collections)
        if (std::ranges::find(world.server.entry.staging, ns) != world.server.entry.staging.end())
          world.server.violate("staging is left behind");
      world.server.check();
      if (!world.server.violation.empty()) FAIL(world.server.violation);
      return;
    }
    holder.advance(world.server.execute(command, conditions, world.processes[0].wanted.content.sha256));
  }
  FAIL("the next process does not end");
}

struct Explored {
  std::size_t states = 0;
  std::string violation;
};

enum class Recovery { checked, ignored };

Explored explore(const World& start, const Conditions& conditions, Recovery recovery) {
  std::unordered_set<std::size_t> known;
  std::deque<World> open{start};
  known.insert(std::hash<std::string>()(start.fingerprint()));
  while (!open.empty()) {
    auto world = std::move(open.back());
    open.pop_back();
    world.server.check();
    if (!world.server.violation.empty()) return {known.size(), world.server.violation};
    if (recovery == Recovery::checked) finish_alone(world, conditions);
    for (auto& next : successors(world, conditions)) {
      if (!next.server.violation.empty()) return {known.size(), next.server.violation};
      if (known.insert(std::hash<std::string>()(next.fingerprint())).second) open.push_back(std::move(next));
    }
  }
  return {known.size(), {}};
}

Wanted wanting(const std::string& content, Policies policies = {}) {
  return {{content, {}}, {first_target, second_target}, {}, policies};
}

/// How often each kind of event happens; the number of states grows tenfold with each.
struct Budget {
  int takes = 2;  ///< the first one of a process included
  int delays = 0;
  int stops = 0;
};

World two_processes(const Wanted& one, const Wanted& other, Budget budget) {
  World world;
  world.processes = {{one, {}}, {other, {}}};
  world.takes = budget.takes;
  world.delays = budget.delays;
  world.stops = budget.stops;
  return world;
}

/// Content "one" is in place, as its seed left it.
World seeded_world(const Wanted& one, const Wanted& other, Budget budget) {
  auto world = two_processes(one, other, budget);
  auto& server = world.server;
  server.make(first_target, "one");
  server.make(second_target, "one");
  server.entry.content = {"one", {}};
  server.entry.targets = {first_target, second_target};
  server.entry.in_place = {"one"};
  return world;
}

constexpr Policies replacing{.on_change = OnChange::replace};

}  // namespace

TEST_CASE("two holders seed an empty server in every order of events", "[seed][model]") {
  const auto budget = GENERATE(Budget{.delays = 1}, Budget{.stops = 1});
  const auto found = explore(two_processes(wanting("one"), wanting("one"), budget), {}, Recovery::checked);
  INFO(found.states << " states");
  CHECK(found.violation.empty());
  CHECK(found.states > 1'000);
}

TEST_CASE("a plan that arrives late is not taken for the write that followed it", "[seed][model]") {
  auto world = two_processes(wanting("one"), wanting("one"), {});
  take(world, 0);
  auto& holder = *world.processes[0].holder;
  auto& server = world.server;
  const auto is_plan = [](const Command& command) {
    const auto* write = std::get_if<Write>(&command);
    return write != nullptr && write->entry.plan;
  };
  while (!is_plan(holder.next())) holder.advance(server.execute(holder.next(), {}, "one"));
  const auto plan = holder.next();
  holder.advance(Unknown{});
  holder.stop();
  holder.advance(server.execute(Read{}, {}, "one"));
  REQUIRE(std::holds_alternative<Write>(holder.next()));  // it stands down
  server.execute(plan, {}, "one");
  server.execute(holder.next(), {}, "one");
  holder.advance(Unknown{});
  while (!std::holds_alternative<End>(holder.next())) holder.advance(server.execute(holder.next(), {}, "one"));
  server.check();
  CHECK(server.violation.empty());
  CHECK(std::get<End>(holder.next()).result == Result::seeded);
}

TEST_CASE("two holders with more crashes, stops and delays", "[seed][model][.long]") {
  const auto budget = GENERATE(Budget{.delays = 2, .stops = 1}, Budget{.takes = 3, .delays = 1, .stops = 1});
  const auto found = explore(two_processes(wanting("one"), wanting("one"), budget), {}, Recovery::checked);
  INFO(found.states << " states");
  CHECK(found.violation.empty());
}

TEST_CASE("two contents with more crashes", "[seed][model][.long]") {
  const auto start = two_processes(wanting("one", replacing), wanting("two", replacing), {.takes = 3});
  CHECK(explore(start, {}, Recovery::checked).violation.empty());
}

TEST_CASE("a content replaces another while a replica of the old one is alive", "[seed][model]") {
  const auto start = seeded_world(wanting("two", replacing), wanting("one", replacing), {.delays = 1, .stops = 1});
  const auto found = explore(start, {}, Recovery::checked);
  INFO(found.states << " states");
  CHECK(found.violation.empty());
}

TEST_CASE("two contents are never mixed", "[seed][model]") {
  const auto start = two_processes(wanting("one", replacing), wanting("two", replacing), {.stops = 1});
  const auto found = explore(start, {}, Recovery::checked);
  INFO(found.states << " states");
  CHECK(found.violation.empty());
}

TEST_CASE("what the application creates meanwhile is never dropped", "[seed][model]") {
  auto start = two_processes(wanting("one"), wanting("one"), {});
  start.creations = 1;
  const auto found = explore(start, {}, Recovery::ignored);
  INFO(found.states << " states");
  CHECK(found.violation.empty());
}

TEST_CASE("each condition of the server is needed", "[seed][model]") {
  auto start = seeded_world(wanting("two", replacing), wanting("three", replacing), {.takes = 3, .delays = 1});
  SECTION("that the holder is the same") {
    CHECK_FALSE(explore(start, {.holder = false, .revision = false}, Recovery::ignored).violation.empty());
  }
  SECTION("that the revision is the same") {
    CHECK_FALSE(explore(start, {.revision = false}, Recovery::ignored).violation.empty());
  }
  SECTION("that the dropped collection has the UUID of the plan") {
    start = two_processes(wanting("one"), wanting("one"), {.delays = 1});
    start.creations = 1;
    CHECK_FALSE(explore(start, {.uuid = false}, Recovery::ignored).violation.empty());
  }
}

}  // namespace sidekick::seed
