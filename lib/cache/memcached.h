#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stagedoor::cache {

// A pool of memcached servers, by consistent hashing (ketama). It holds nothing that cannot be
// lost: any failure reads as a miss, and no call waits longer than kTimeout for a server that
// hangs; one that failed is left alone for a second.
class Memcached {
 public:
  static constexpr std::chrono::milliseconds kTimeout{25};

  // `key_prefix` keeps installations apart that share a pool.
  Memcached(const std::vector<std::string>& servers, std::string key_prefix);
  ~Memcached();
  Memcached(const Memcached&) = delete;
  Memcached& operator=(const Memcached&) = delete;

  // The values in the order of the keys, in one round trip.
  std::vector<std::optional<std::string>> get(const std::vector<std::string>& keys);
  std::optional<std::string> get(const std::string& key);

  // Each tells whether the server did it. Expiry counts in whole seconds and may come up to one
  // second early.
  bool set(const std::string& key, std::string_view value, std::chrono::seconds expiry);
  bool add(const std::string& key, std::string_view value, std::chrono::seconds expiry);
  bool remove(const std::string& key);

  // Sets the key unless it holds a value that `replaces` (given that value) does not want to
  // replace. Of several callers at once none undoes another.
  bool set_newer(const std::string& key, std::string_view value, std::chrono::seconds expiry,
                 const std::function<bool(const std::string& present)>& replaces);

  // True when every server answers.
  bool ping();

 private:
  struct Pool;
  struct Found {
    std::optional<std::string> value;
    std::uint64_t unique = 0;  // changes whenever the key is written
  };
  std::vector<Found> fetch(const std::vector<std::string>& keys);
  [[nodiscard]] std::string full_key(const std::string& key) const { return prefix_ + key; }

  std::unique_ptr<Pool> pool_;
  std::string prefix_;
};

}  // namespace stagedoor::cache
