#include "tests/swarm/stack.hpp"

#include <boost/json/parse.hpp>

#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace sidekick::test {

namespace json = boost::json;

namespace {

constexpr auto stacks = SIDEKICK_SOURCE_DIR "/tests/swarm/stacks/";

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

Task task_of(const json::object& inspected) {
  const auto& status = inspected.at("Status").as_object();
  Task task{text_of(status, "State"), text_of(inspected, "DesiredState"), text_of(status, "Err"), {}, 0};
  if (const auto* container = status.if_contains("ContainerStatus")) {
    task.container = text_of(container->as_object(), "ContainerID");
    if (const auto* code = container->as_object().if_contains("ExitCode"))
      task.exit_code = static_cast<int>(code->as_int64());
  }
  return task;
}

// The address of a container on the bridge that every container of an overlay network has beside it.
std::optional<std::string> address_on_bridge(const std::string& container) {
  const auto containers =
      json::parse(docker({"network", "inspect", "docker_gwbridge", "--format", "{{json .Containers}}"}));
  const auto* found = containers.as_object().if_contains(container);
  if (!found) return {};
  const auto address = text_of(found->as_object(), "IPv4Address");
  return address.substr(0, address.find('/'));
}

}  // namespace

Stack::Stack(std::string name) : name_(std::move(name)) {
  remove();
}

Stack::~Stack() {
  try {
    remove();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
}

void Stack::deploy(const std::vector<std::string>& files,
                   const std::vector<std::pair<std::string, std::string>>& environment) const {
  std::vector<std::string> words{"stack", "deploy", "--resolve-image", "never"};
  for (const auto& file : files) {
    words.emplace_back("--compose-file");
    words.push_back(stacks + file);
  }
  words.push_back(name_);
  docker(words, environment);
}

std::vector<Task> Stack::tasks(const std::string& service) const {
  std::string text;
  // The swarm may forget an old task between the two questions.
  const bool told = eventually(30s, [&] {
    std::vector<std::string> words{"inspect", "--type", "task"};
    for (const auto& id : lines_of(docker({"service", "ps", "--quiet", "--no-trunc", this->service(service)})))
      words.push_back(id);
    text = "[]";
    if (words.size() == 3) return true;
    const auto inspected = run_docker(words);
    text = inspected.out;
    return inspected.exit_code == 0;
  });
  if (!told) throw std::runtime_error("the tasks of " + this->service(service) + " cannot be told");
  const auto inspected = json::parse(text);
  std::vector<Task> tasks;
  for (const auto& task : inspected.as_array()) tasks.push_back(task_of(task.as_object()));
  return tasks;
}

bool Stack::reaches(const std::string& service, const std::string& state,
                    std::chrono::steady_clock::duration deadline) const {
  return eventually(deadline, [&] {
    const auto all = tasks(service);
    return !all.empty() && all.front().state == state;
  });
}

std::string Stack::log(const std::string& service) const {
  const auto said = run_docker({"service", "logs", "--raw", this->service(service)});
  return said.out + said.err;
}

std::string Stack::describe(const std::string& service) const {
  std::string text;
  for (const auto& task : tasks(service))
    text += task.state + " (desired " + task.desired + ", exit code " + std::to_string(task.exit_code) + ") " +
            task.error + "\n";
  return text + log(service);
}

MongoClient Stack::database(const std::string& credentials) const {
  std::optional<MongoClient> client;
  const bool answers = eventually(60s, [&] {
    const auto all = tasks("mongo");
    if (all.empty() || all.front().container.empty()) return false;
    const auto address = address_on_bridge(all.front().container);
    if (!address) return false;
    try {
      client.emplace("mongodb://" + credentials + *address + "/?directConnection=true&serverSelectionTimeoutMS=2000");
      client->command("admin", R"({"ping":1})");
      return true;
    } catch (const MongoFailure&) {
      return false;
    }
  });
  if (!answers) throw std::runtime_error("the database does not answer: " + describe("mongo"));
  return std::move(*client);
}

void Stack::remove() const {
  const auto filter = "label=com.docker.stack.namespace=" + name_;
  run_docker({"stack", "rm", name_});
  const auto list = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--quiet", "--filter", filter});
    return lines_of(docker(words));
  };
  const bool gone = eventually(60s, [&] {
    return list({"service", "ls"}).empty() && list({"ps", "--all"}).empty() && list({"network", "ls"}).empty() &&
           list({"secret", "ls"}).empty() && list({"config", "ls"}).empty();
  });
  if (!gone) throw std::runtime_error("the stack " + name_ + " does not go away");
  for (const auto& volume : list({"volume", "ls"})) docker({"volume", "rm", volume});
}

}  // namespace sidekick::test
