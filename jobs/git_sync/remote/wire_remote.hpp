/// A remote that speaks git's protocol over a channel.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "git_sync/remote/channel.hpp"
#include "git_sync/remote/greeting.hpp"
#include "git_sync/remote/remote.hpp"

namespace sidekick::git_sync {

class WireRemote final : public Remote {
 public:
  /// `name` is the URL for messages, without credentials; `hint` is for errors that have none.
  WireRemote(std::string name, std::unique_ptr<Channel> channel, RemoteLimits limits = {}, std::string hint = {})
      : name_(std::move(name)), hint_(std::move(hint)), limits_(limits), channel_(std::move(channel)) {}

  std::vector<RemoteRef> list(std::span<const std::string> prefixes, const CancelToken& cancel) override;
  FetchResult fetch(const FetchRequest& request, PackSink& sink, const CancelToken& cancel) override;

 private:
  template <class Call>
  auto converse(const std::string& what, Call&& call);
  void greet(const CancelToken& cancel);
  std::vector<RemoteRef> ask_for_refs(std::span<const std::string> prefixes, const CancelToken& cancel);
  std::optional<std::vector<RemoteRef>> ask_without_greeting(std::span<const std::string> prefixes,
                                                             const CancelToken& cancel);
  FetchResult ask_for_pack(const FetchRequest& request, PackSink& sink, const CancelToken& cancel);

  std::string name_;
  std::string hint_;
  RemoteLimits limits_;
  std::unique_ptr<Channel> channel_;
  std::optional<Greeting> greeting_;  ///< of the last conversation
};

}  // namespace sidekick::git_sync
