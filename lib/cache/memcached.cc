#include "cache/memcached.h"

#include <libmemcached/memcached.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/clock.h"
#include "metrics/metrics.h"

namespace stagedoor::cache {
namespace {

// After one failure, and at most after several in a row.
constexpr Micros kLeftAlone = std::chrono::milliseconds{100};
constexpr Micros kLeftAloneMax = std::chrono::seconds{1};
// Others who change the key at the same moment; each round one of them wins.
constexpr int kSetNewerRounds = 5;

// The part of a key that says which server has it.
std::string_view placed_by(std::string_view key) {
  const auto begin = key.find('{');
  const auto end = key.find('}', begin == std::string_view::npos ? 0 : begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) return key;
  return key.substr(begin + 1, end - begin - 1);
}

}  // namespace

// The library's own pool of servers, here of all of them or of one.
class Memcached::Handle {
 public:
  explicit Handle(std::chrono::milliseconds connect_timeout) {
    set(MEMCACHED_BEHAVIOR_DISTRIBUTION, MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA);
    set(MEMCACHED_BEHAVIOR_TCP_NODELAY, 1);
    set(MEMCACHED_BEHAVIOR_SUPPORT_CAS, 1);
    // The library aborts the process when the answer to a SET is one to something else, which is
    // what a blank in a key leads to.
    set(MEMCACHED_BEHAVIOR_VERIFY_KEY, 1);
    set(MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, connect_timeout.count());
    // When a server is left alone is decided here: the library does so after a failure to connect
    // only, and never for a server that accepts and then hangs.
    set(MEMCACHED_BEHAVIOR_SERVER_FAILURE_LIMIT, std::numeric_limits<std::int32_t>::max());
  }
  ~Handle() { memcached_free(handle_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  void set(memcached_behavior_t behavior, std::int64_t value) {
    memcached_behavior_set(handle_, behavior, static_cast<std::uint64_t>(value));
  }

  // REQUIRES: host:port, or the path of a unix socket.
  void add_server(const std::string& address) {
    if (address.front() == '/') {
      memcached_server_add_unix_socket(handle_, address.c_str());
      return;
    }
    const auto colon = address.rfind(':');
    in_port_t port = 0;
    std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
    memcached_server_add(handle_, address.substr(0, colon).c_str(), port);
  }

  [[nodiscard]] memcached_st* get() const { return handle_; }

 private:
  memcached_st* handle_ = memcached_create(nullptr);
};

// One server and the connection to it.
class Memcached::Server {
 public:
  Server(const std::string& address, std::chrono::milliseconds timeout)
      : handle_(timeout), timeout_(timeout) {
    handle_.add_server(address);
  }

  [[nodiscard]] bool is_left_alone() const { return monotonic_now() < left_alone_until_; }

  // Sends the question for these of the keys.
  bool ask(const std::vector<std::string>& keys, const std::vector<std::size_t>& which) {
    std::vector<const char*> pointers(which.size());
    std::vector<std::size_t> lengths(which.size());
    for (std::size_t i = 0; i < which.size(); ++i) {
      pointers[i] = keys[which[i]].data();
      lengths[i] = keys[which[i]].size();
    }
    return did(memcached_mget(handle(), pointers.data(), lengths.data(), which.size()));
  }

  // Reads the answers to ask(): all that are here already, and what comes within `timeout`.
  void collect(const std::vector<std::string>& keys, Micros timeout, std::vector<Found>& values) {
    using std::chrono::milliseconds;
    memcached_st* const library =
        handle(std::max(std::chrono::ceil<milliseconds>(timeout), milliseconds{1}));
    memcached_return_t status = MEMCACHED_SUCCESS;
    while (memcached_result_st* result = memcached_fetch_result(library, nullptr, &status)) {
      const std::string_view key(memcached_result_key_value(result),
                                 memcached_result_key_length(result));
      const auto at = std::find(keys.begin(), keys.end(), key);
      if (at != keys.end()) {
        Found& found = values[static_cast<std::size_t>(at - keys.begin())];
        found.value.emplace(memcached_result_value(result), memcached_result_length(result));
        found.unique = memcached_result_cas(result);
      }
      memcached_result_free(result);
    }
    did(status);
  }

  // For the next call, which waits as long as any.
  memcached_st* handle() { return handle(timeout_); }

  // Takes note of how a call ended; true when the server did what it was asked for. After a failure
  // the connection is given up too: a late answer must not be taken for one to a later call.
  bool did(memcached_return_t status) {
    if (memcached_success(status)) {
      left_alone_for_ = kLeftAlone;
      return true;
    }
    if (memcached_fatal(status) && status != MEMCACHED_BAD_KEY_PROVIDED) {
      metrics::count(metrics::Counter::kCacheErrors);
      memcached_quit(handle_.get());
      left_alone_until_ = monotonic_now() + left_alone_for_;
      left_alone_for_ = std::min(2 * left_alone_for_, kLeftAloneMax);
    }
    return false;
  }

 private:
  memcached_st* handle(std::chrono::milliseconds timeout) {
    handle_.set(MEMCACHED_BEHAVIOR_POLL_TIMEOUT, timeout.count());
    return handle_.get();
  }

  Handle handle_;
  std::chrono::milliseconds timeout_;
  Micros left_alone_until_{};
  Micros left_alone_for_ = kLeftAlone;
};

Memcached::Memcached(const std::vector<std::string>& servers, std::string key_prefix,
                     std::chrono::milliseconds timeout)
    : map_(std::make_unique<Handle>(timeout)), prefix_(std::move(key_prefix)), timeout_(timeout) {
  for (const std::string& address : servers) {
    map_->add_server(address);
    servers_.push_back(std::make_unique<Server>(address, timeout));
  }
}

Memcached::~Memcached() = default;

// Nothing when there is no server or the one that has the key is left alone. A key stays with its
// server: to move it would let two processes look for one version in two places.
Memcached::Server* Memcached::server_of(const std::string& full_key) {
  const std::string_view name = placed_by(full_key);
  const std::size_t index = memcached_generate_hash(map_->get(), name.data(), name.size());
  if (index >= servers_.size() || servers_[index]->is_left_alone()) return nullptr;
  return servers_[index].get();
}

std::vector<Memcached::Found> Memcached::fetch(const std::vector<std::string>& keys) {
  std::vector<std::string> full(keys.size());
  std::vector<std::pair<Server*, std::vector<std::size_t>>> plan;  // which keys each has
  for (std::size_t i = 0; i < keys.size(); ++i) {
    full[i] = full_key(keys[i]);
    Server* server = server_of(full[i]);
    if (server == nullptr) continue;
    auto entry = std::find_if(plan.begin(), plan.end(),
                              [&](const auto& other) { return other.first == server; });
    if (entry == plan.end()) entry = plan.insert(entry, {server, {}});
    entry->second.push_back(i);
  }

  const Micros started_at = monotonic_now();
  const auto time_left = [&] { return timeout_ - (monotonic_now() - started_at); };
  std::vector<Server*> asked;
  for (const auto& [server, which] : plan) {
    // One that could not be connected to in time has used it up for the others too.
    if (time_left() > Micros{0} && server->ask(full, which)) asked.push_back(server);
  }
  std::vector<Found> values(keys.size());
  for (Server* server : asked) server->collect(full, time_left(), values);
  metrics::observe(metrics::Duration::kCache, monotonic_now() - started_at);
  const auto hits = std::count_if(values.begin(), values.end(),
                                  [](const Found& found) { return found.value.has_value(); });
  metrics::count(metrics::Counter::kCacheHits, hits);
  metrics::count(metrics::Counter::kCacheMisses, std::ssize(values) - hits);
  return values;
}

std::vector<std::optional<std::string>> Memcached::get(const std::vector<std::string>& keys) {
  std::vector<std::optional<std::string>> values;
  for (Found& found : fetch(keys)) values.push_back(std::move(found.value));
  return values;
}

std::optional<std::string> Memcached::get(const std::string& key) {
  return std::move(fetch({key}).front().value);
}

template <typename Call>
bool Memcached::store(const std::string& key, const Call& call) {
  const std::string full = full_key(key);
  Server* server = server_of(full);
  if (server == nullptr) return false;
  const metrics::Timer timer(metrics::Duration::kCache);
  return server->did(call(server->handle(), full));
}

bool Memcached::set_newer(const std::string& key, std::string_view value,
                          std::chrono::seconds expiry,
                          const std::function<bool(const std::string&)>& replaces) {
  for (int round = 0; round < kSetNewerRounds; ++round) {
    const Found present = std::move(fetch({key}).front());
    if (!present.value) {
      if (add(key, value, expiry)) return true;
      continue;
    }
    if (!replaces(*present.value)) return false;
    if (store(key, [&](memcached_st* handle, const std::string& full) {
          return memcached_cas(handle, full.data(), full.size(), value.data(), value.size(),
                               static_cast<time_t>(expiry.count()), 0, present.unique);
        })) {
      return true;
    }
  }
  return false;
}

bool Memcached::set(const std::string& key, std::string_view value, std::chrono::seconds expiry) {
  return store(key, [&](memcached_st* handle, const std::string& full) {
    return memcached_set(handle, full.data(), full.size(), value.data(), value.size(),
                         static_cast<time_t>(expiry.count()), 0);
  });
}

bool Memcached::add(const std::string& key, std::string_view value, std::chrono::seconds expiry) {
  return store(key, [&](memcached_st* handle, const std::string& full) {
    return memcached_add(handle, full.data(), full.size(), value.data(), value.size(),
                         static_cast<time_t>(expiry.count()), 0);
  });
}

bool Memcached::append(const std::string& key, std::string_view value,
                       std::chrono::seconds expiry) {
  const auto behind = [&] {
    return store(key, [&](memcached_st* handle, const std::string& full) {
      return memcached_append(handle, full.data(), full.size(), value.data(), value.size(), 0, 0);
    });
  };
  // Another one may begin at the same moment.
  return behind() || add(key, value, expiry) || behind();
}

bool Memcached::increment(const std::string& key, std::chrono::seconds expiry) {
  const auto count_up = [&] {
    return store(key, [](memcached_st* handle, const std::string& full) {
      std::uint64_t value = 0;
      return memcached_increment(handle, full.data(), full.size(), 1, &value);
    });
  };
  if (!count_up()) return add(key, "1", expiry) || count_up();
  // Counting alone leaves the expiry as it was when the counter began.
  store(key, [&](memcached_st* handle, const std::string& full) {
    return memcached_touch(handle, full.data(), full.size(), static_cast<time_t>(expiry.count()));
  });
  return true;
}

bool Memcached::decrement(const std::string& key) {
  return store(key, [](memcached_st* handle, const std::string& full) {
    std::uint64_t value = 0;
    return memcached_decrement(handle, full.data(), full.size(), 1, &value);
  });
}

bool Memcached::remove(const std::string& key) {
  return store(key, [&](memcached_st* handle, const std::string& full) {
    return memcached_delete(handle, full.data(), full.size(), 0);
  });
}

bool Memcached::ping() {
  return std::all_of(servers_.begin(), servers_.end(), [](const auto& server) {
    if (server->is_left_alone()) return false;
    memcached_return_t status = MEMCACHED_SUCCESS;
    memcached_st* handle = server->handle();
    memcached_stat_free(handle, memcached_stat(handle, nullptr, &status));
    return server->did(status);
  });
}

}  // namespace stagedoor::cache
