#include "git_sync/remote/wire_remote.hpp"

#include <algorithm>

#include "git_sync/remote/fetch_pack.hpp"
#include "git_sync/remote/ls_refs.hpp"
#include "sidekick/error.hpp"

namespace sidekick::git_sync {

namespace {

Error with_context(const Error& error, const std::string& what, const std::string& name) {
  if (error.kind() == ErrorKind::cancelled || error.message().find(name) != std::string::npos) return error;
  const auto retry = error.retry_ruled_out() ? Retry::never : Retry::as_kind;
  return {error.kind(), "cannot " + what + " '" + name + "': " + error.message(), error.hint(), retry};
}

Error with_hint(const Error& error, const std::string& hint) {
  return {error.kind(), error.message(), hint, error.retry_ruled_out() ? Retry::never : Retry::as_kind};
}

bool matches(const RemoteRef& ref, std::span<const std::string> prefixes) {
  return prefixes.empty() ||
         std::ranges::any_of(prefixes, [&](const std::string& prefix) { return ref.name.starts_with(prefix); });
}

}  // namespace

// A conversation ends with the call, and after an error nothing is kept for the next one.
template <class Call>
auto WireRemote::converse(const std::string& what, Call&& call) {
  try {
    auto result = call();
    channel_->hang_up();
    return result;
  } catch (const Error& error) {
    greeting_.reset();
    channel_->disconnect();
    throw with_context(error.hint().empty() ? with_hint(error, hint_) : error, what, name_);
  } catch (...) {
    greeting_.reset();
    channel_->disconnect();
    throw;
  }
}

std::vector<RemoteRef> WireRemote::list(std::span<const std::string> prefixes, const CancelToken& cancel) {
  return converse("list the refs of", [&] {
    if (auto refs = ask_without_greeting(prefixes, cancel)) return *std::move(refs);
    greet(cancel);
    return ask_for_refs(prefixes, cancel);
  });
}

FetchResult WireRemote::fetch(const FetchRequest& request, PackSink& sink, const CancelToken& cancel) {
  return converse("fetch from", [&] {
    // Version 0 serves only what the refs name now.
    const bool may_go_on = greeting_ && greeting_->version == 2 && channel_->state() == Channel::State::none;
    if (!may_go_on) greet(cancel);
    return ask_for_pack(request, sink, cancel);
  });
}

void WireRemote::greet(const CancelToken& cancel) {
  greeting_.reset();
  GreetingReader reader(limits_.max_listing_bytes);
  channel_->greet(reader, cancel);
  greeting_ = reader.take();
}

std::optional<std::vector<RemoteRef>> WireRemote::ask_without_greeting(std::span<const std::string> prefixes,
                                                                       const CancelToken& cancel) {
  if (!greeting_ || greeting_->version != 2 || channel_->state() != Channel::State::none) return {};
  try {
    return ask_for_refs(prefixes, cancel);
  } catch (const Error& error) {
    // The server may have changed, which a greeting would show.
    if (error.kind() != ErrorKind::data && error.kind() != ErrorKind::no_input) throw;
    channel_->disconnect();
    return {};
  }
}

std::vector<RemoteRef> WireRemote::ask_for_refs(std::span<const std::string> prefixes, const CancelToken& cancel) {
  if (greeting_->version == 2) {
    LsRefsReader reader(limits_.max_listing_bytes);
    channel_->exchange(ls_refs_request(*greeting_, prefixes), reader, cancel);
    return reader.take();
  }
  std::vector<RemoteRef> refs;
  std::ranges::copy_if(greeting_->refs, std::back_inserter(refs),
                       [&](const RemoteRef& ref) { return matches(ref, prefixes); });
  return refs;
}

FetchResult WireRemote::ask_for_pack(const FetchRequest& request, PackSink& sink, const CancelToken& cancel) {
  const auto receive = [&](FetchReader& reader, const std::string& text) {
    reader.limit(limits_.max_pack_objects);
    channel_->exchange(text, reader, cancel);
    auto result = reader.result();
    if (!request.filter.empty() && !can_filter(*greeting_)) result.filter = FetchResult::Filter::ignored;
    return result;
  };
  if (greeting_->version == 2) {
    FetchReaderV2 reader(request, sink);
    return receive(reader, fetch_request_v2(request, *greeting_));
  }
  FetchReaderV0 reader(request, *greeting_, sink);
  return receive(reader, fetch_request_v0(request, *greeting_));
}

}  // namespace sidekick::git_sync
