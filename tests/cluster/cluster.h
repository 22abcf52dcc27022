#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/installation.h"
#include "support/temporary_folder.h"

namespace stagedoor::testing {

// A server in the background, in a network namespace or in ours (""). Returns its pid.
pid_t start_in(const std::string& network, const std::vector<std::string>& command,
               const std::filesystem::path& log);
// SIGKILL, and waits until it is gone.
void kill_process(pid_t pid);

// Three database nodes on hosts of their own (10.77.0.11 to .13) behind HAProxy, as
// deploy/cluster/cluster.sh makes them. Needs in_namespaces.sh.
class Cluster {
 public:
  // `engine`: galera, group-replication. Throws with the output when it does not come up.
  explicit Cluster(std::string engine);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  [[nodiscard]] const std::string& engine() const { return engine_; }
  // STAGEDOOR_DB and STAGEDOOR_DB_ADMIN of an application host.
  [[nodiscard]] Variables settings() const;

  // Starts again what does not run, and waits until all three nodes are of use.
  void repair();
  // The node that the proxy leads to; 0 when there is none, or when the proxy has not asked yet.
  [[nodiscard]] int writer() const;
  [[nodiscard]] int another_than(int node) const { return node % 3 + 1; }

  void kill(int node);
  void freeze(int node);
  void thaw(int node);
  void cut_off(int node);
  void connect(int node);
  void switch_to(int node);

  void kill_proxy();
  // Until the next repair() after a kill_proxy() it does not end sessions on a node that is down.
  void run_proxy_that_keeps_sessions();
  // Of applications, through the proxy.
  [[nodiscard]] int sessions_on(int node) const;

  // By way of the proxy, as the owner of the schema.
  [[nodiscard]] std::vector<Row> query(std::string_view sql) const;

 private:
  std::string tool(const std::vector<std::string>& arguments) const;
  [[nodiscard]] std::string content(const std::string& name) const;
  [[nodiscard]] pid_t pid(const std::string& name) const;
  // Column `column` of HAProxy's statistics of a node.
  [[nodiscard]] std::string statistic(int node, std::size_t column) const;

  std::string engine_;
  TemporaryFolder folder_;
};

}  // namespace stagedoor::testing
