#include "agent/cli/lease_holder.hpp"

#include <unistd.h>

#include <array>

namespace sidekick::cli {

std::vector<config::Setting> task_settings(std::string_view group) {
  return {{.name = "task",
           .value_name = "NAME",
           .help = "name of this task, shown to processes that wait for it: {{.Task.Name}} in a stack file, the name "
                   "of the pod in Kubernetes",
           .group = group},
          {.name = "node",
           .value_name = "NAME",
           .help = "name of the node that this task runs on: {{.Node.Hostname}}, or spec.nodeName",
           .group = group}};
}

std::string lease_holder(const config::Values& values) {
  std::array<char, 256> host{};
  (void)::gethostname(host.data(), host.size() - 1);
  const auto process = "host " + std::string(host.data()) + ", process " + std::to_string(::getpid());
  const auto node = values.text("node");
  auto out = values.text("task");
  if (!node.empty()) out += (out.empty() ? "node " : " at ") + node;
  return out.empty() ? process : out + " (" + process + ")";
}

}  // namespace sidekick::cli
