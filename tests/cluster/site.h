#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "cluster/cluster.h"

namespace stagedoor::testing {

// Two application hosts before a cluster, each with nginx, handlers, cron and one memcached of the
// pool that both use, and a balancer before them. The clock of the second is half a minute ahead.
class Site {
 public:
  explicit Site(const Cluster& cluster);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // All processes of the host, its memcached too; then all of them again.
  void kill_host(int host);
  void start_host(int host);
  void kill_memcached(int host);
  void start_memcached(int host);
  // A sweep on each host that runs, side by side.
  void sweep_on_both();

 private:
  [[nodiscard]] std::unique_ptr<Installation> make_host(int host, const Cluster& cluster) const;
  [[nodiscard]] Installation& host(int host) const;
  void start_balancer();

  TemporaryFolder folder_;
  std::unique_ptr<Installation> second_;
  std::array<pid_t, 2> memcached_{};
  std::array<std::atomic<bool>, 2> runs_{};
  pid_t balancer_ = 0;
};

}  // namespace stagedoor::testing
