#include "cache/memcached.h"

#include <libmemcached/memcached.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace stagedoor::cache {
namespace {

constexpr std::uint64_t kRetryAfterS = 1;
// Others who change the key at the same moment; each round one of them wins.
constexpr int kSetNewerRounds = 5;

std::uint64_t as_behavior(std::chrono::milliseconds time) {
  return static_cast<std::uint64_t>(time.count());
}

}  // namespace

struct Memcached::Pool {
  memcached_st* handle = memcached_create(nullptr);

  Pool() = default;
  ~Pool() { memcached_free(handle); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void set(memcached_behavior_t behavior, std::uint64_t value) const {
    memcached_behavior_set(handle, behavior, value);
  }
};

Memcached::Memcached(const std::vector<std::string>& servers, std::string key_prefix)
    : pool_(std::make_unique<Pool>()), prefix_(std::move(key_prefix)) {
  pool_->set(MEMCACHED_BEHAVIOR_DISTRIBUTION, MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA);
  pool_->set(MEMCACHED_BEHAVIOR_TCP_NODELAY, 1);
  pool_->set(MEMCACHED_BEHAVIOR_SUPPORT_CAS, 1);
  pool_->set(MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, as_behavior(kTimeout));
  pool_->set(MEMCACHED_BEHAVIOR_POLL_TIMEOUT, as_behavior(kTimeout));
  // A server that failed once answers nothing for a second, at no cost. It keeps its keys: moving
  // them would let two processes look for one version in two places.
  pool_->set(MEMCACHED_BEHAVIOR_SERVER_FAILURE_LIMIT, 1);
  pool_->set(MEMCACHED_BEHAVIOR_RETRY_TIMEOUT, kRetryAfterS);
  pool_->set(MEMCACHED_BEHAVIOR_DEAD_TIMEOUT, kRetryAfterS);
  for (const std::string& server : servers) {
    if (server.front() == '/') {
      memcached_server_add_unix_socket(pool_->handle, server.c_str());
      continue;
    }
    const auto colon = server.rfind(':');
    in_port_t port = 0;
    std::from_chars(server.data() + colon + 1, server.data() + server.size(), port);
    memcached_server_add(pool_->handle, server.substr(0, colon).c_str(), port);
  }
}

Memcached::~Memcached() = default;

std::vector<Memcached::Found> Memcached::fetch(const std::vector<std::string>& keys) {
  std::vector<std::string> full;
  std::vector<const char*> pointers;
  std::vector<std::size_t> lengths;
  full.reserve(keys.size());
  for (const std::string& key : keys) {
    full.push_back(full_key(key));
    pointers.push_back(full.back().c_str());
    lengths.push_back(full.back().size());
  }
  std::vector<Found> values(keys.size());
  if (memcached_failed(
          memcached_mget(pool_->handle, pointers.data(), lengths.data(), keys.size()))) {
    // What the servers that did answer sent must not be taken for the answer to a later call.
    memcached_quit(pool_->handle);
    return values;
  }
  memcached_return_t status = MEMCACHED_SUCCESS;
  memcached_result_st* result = nullptr;
  while ((result = memcached_fetch_result(pool_->handle, nullptr, &status)) != nullptr) {
    const std::string_view key(memcached_result_key_value(result),
                               memcached_result_key_length(result));
    const auto at = std::find(full.begin(), full.end(), key);
    if (at != full.end()) {
      Found& found = values[static_cast<std::size_t>(at - full.begin())];
      found.value.emplace(memcached_result_value(result), memcached_result_length(result));
      found.unique = memcached_result_cas(result);
    }
    memcached_result_free(result);
  }
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

bool Memcached::set_newer(const std::string& key, std::string_view value,
                          std::chrono::seconds expiry,
                          const std::function<bool(const std::string&)>& replaces) {
  const std::string full = full_key(key);
  for (int round = 0; round < kSetNewerRounds; ++round) {
    const Found present = std::move(fetch({key}).front());
    if (!present.value) {
      if (add(key, value, expiry)) return true;
      continue;
    }
    if (!replaces(*present.value)) return false;
    if (memcached_success(memcached_cas(pool_->handle, full.data(), full.size(), value.data(),
                                        value.size(), static_cast<time_t>(expiry.count()), 0,
                                        present.unique))) {
      return true;
    }
  }
  return false;
}

bool Memcached::set(const std::string& key, std::string_view value, std::chrono::seconds expiry) {
  const std::string full = full_key(key);
  return memcached_success(memcached_set(pool_->handle, full.data(), full.size(), value.data(),
                                         value.size(), static_cast<time_t>(expiry.count()), 0));
}

bool Memcached::add(const std::string& key, std::string_view value, std::chrono::seconds expiry) {
  const std::string full = full_key(key);
  return memcached_success(memcached_add(pool_->handle, full.data(), full.size(), value.data(),
                                         value.size(), static_cast<time_t>(expiry.count()), 0));
}

bool Memcached::remove(const std::string& key) {
  const std::string full = full_key(key);
  return memcached_success(memcached_delete(pool_->handle, full.data(), full.size(), 0));
}

bool Memcached::ping() {
  memcached_return_t status = MEMCACHED_SUCCESS;
  memcached_stat_st* stats = memcached_stat(pool_->handle, nullptr, &status);
  memcached_stat_free(pool_->handle, stats);
  return status == MEMCACHED_SUCCESS;
}

}  // namespace stagedoor::cache
