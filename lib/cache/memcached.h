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
// lost: any failure reads as a miss. A server that failed or did not answer in time is left alone
// for 100 ms, and for up to a second when that happens again, in which its keys miss at no cost;
// the keys of the others do not.
//
// Of a key with {braces} only what they enclose says which server has it, so that keys which mean
// something together are there or away together.
class Memcached {
 public:
  // `key_prefix` keeps installations apart that share a pool. A call waits for `timeout` at most to
  // connect, and as long for the answers.
  Memcached(const std::vector<std::string>& servers, std::string key_prefix,
            std::chrono::milliseconds timeout);
  ~Memcached();
  Memcached(const Memcached&) = delete;
  Memcached& operator=(const Memcached&) = delete;

  // The values in the order of the keys, in one round trip.
  std::vector<std::optional<std::string>> get(const std::vector<std::string>& keys);
  std::optional<std::string> get(const std::string& key);

  // Each tells whether the server did it, which it does not for a key with blanks or of more than
  // 250 bytes, nor for a value of more than 1 MiB. Expiry counts in whole seconds and may come up
  // to one second early.
  bool set(const std::string& key, std::string_view value, std::chrono::seconds expiry);
  bool add(const std::string& key, std::string_view value, std::chrono::seconds expiry);
  bool remove(const std::string& key);

  // Puts `value` behind what the key holds; begins with it where there is nothing.
  bool append(const std::string& key, std::string_view value, std::chrono::seconds expiry);

  // A counter, from 0 where there is none; it expires that long after it was last incremented.
  bool increment(const std::string& key, std::chrono::seconds expiry);
  bool decrement(const std::string& key);

  // Sets the key unless it holds a value that `replaces` (given that value) does not want to
  // replace. Of several callers at once none undoes another.
  bool set_newer(const std::string& key, std::string_view value, std::chrono::seconds expiry,
                 const std::function<bool(const std::string& present)>& replaces);

  // True when every server answers.
  bool ping();

 private:
  class Handle;
  class Server;
  struct Found {
    std::optional<std::string> value;
    std::uint64_t unique = 0;  // changes whenever the key is written
  };
  [[nodiscard]] std::string full_key(const std::string& key) const { return prefix_ + key; }
  Server* server_of(const std::string& full_key);
  std::vector<Found> fetch(const std::vector<std::string>& keys);
  template <typename Call>
  bool store(const std::string& key, const Call& call);

  // Tells whose a key is; never connects.
  std::unique_ptr<Handle> map_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::string prefix_;
  std::chrono::milliseconds timeout_;
};

}  // namespace stagedoor::cache
