#include "cluster/site.h"

#include <signal.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "support/concurrency.h"

namespace stagedoor::testing {
namespace {

constexpr const char* kOrigin = "http://10.77.0.1:8080";
constexpr const char* kMemcachedPool = "10.77.0.21:11211,10.77.0.22:11211";
// Read once: nginx forgets its environment.
constexpr const char* kHalfAMinuteAhead =
    "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 FAKETIME=+30s"
    " FAKETIME_CACHE_DURATION=1000000 FAKETIME_DONT_FAKE_MONOTONIC=1 ";

std::string network_of(int host) { return "app" + std::to_string(host); }

// What `up` finds in the home of each host: the same keys, of which it would make its own.
void make_common_home(const std::filesystem::path& home) {
  std::filesystem::create_directories(home / "secrets");
  std::ofstream(home / ".stagedoor_home");
  for (const char* name : {"access_token_key", "queue_token_keys"}) {
    std::ofstream(home / "secrets" / name) << std::string(64, name[0]) << '\n';
  }
}

}  // namespace

Site::Site(const Cluster& cluster) {
  make_common_home(folder_.path() / "home");
  start_memcached(1);
  start_memcached(2);
  Installation::share(make_host(1, cluster));
  second_ = make_host(2, cluster);
  runs_[0] = runs_[1] = true;
  start_balancer();
  Installation::shared().stand_behind(kOrigin);
}

// The first host is stopped as the shared installation.
Site::~Site() {
  kill_process(balancer_);
  second_.reset();
  for (const pid_t pid : memcached_) kill_process(pid);
}

std::unique_ptr<Installation> Site::make_host(int host, const Cluster& cluster) const {
  const std::filesystem::path command = folder_.path() / network_of(host);
  std::ofstream(command) << "#!/bin/sh\n[ -e \"$STAGEDOOR_HOME/secrets\" ] || cp -a "
                         << (folder_.path() / "home").string() << "/. \"$STAGEDOOR_HOME\"\n"
                         << "exec ip netns exec " << network_of(host) << " env "
                         << (host == 2 ? kHalfAMinuteAhead : "") << STAGEDOOR_COMMAND
                         << " \"$@\"\n";
  std::filesystem::permissions(command, std::filesystem::perms::owner_all);
  Variables settings = cluster.settings();
  settings["STAGEDOOR_MEMCACHED"] = kMemcachedPool;
  settings["STAGEDOOR_BIN"] = Installation::binary("");
  return std::make_unique<Installation>(command, settings);
}

Installation& Site::host(int host) const { return host == 1 ? Installation::shared() : *second_; }

void Site::start_balancer() {
  const std::filesystem::path file = folder_.path() / "balancer.cfg";
  std::ifstream shipped(std::filesystem::path(STAGEDOOR_CLUSTER).parent_path() / "balancer.cfg");
  std::ostringstream text;
  text << shipped.rdbuf();
  std::string settings = text.str();
  const auto fill_in = [&](const std::string& name, const std::string& value) {
    settings = std::regex_replace(settings, std::regex(name), value);
  };
  fill_in("@ADDRESS@", "10.77.0.1:8080");
  fill_in("@FOLDER@", std::filesystem::path(STAGEDOOR_CLUSTER).parent_path());
  for (const int number : {1, 2}) {
    fill_in(
        "@HOST" + std::to_string(number) + "@",
        "127.0.0.1:" + std::to_string(host(number).port()) + " namespace " + network_of(number));
  }
  std::ofstream(file) << settings;
  balancer_ = start_in("", {"haproxy", "-db", "-f", file}, folder_.path() / "balancer.log");
  if (!eventually(std::chrono::seconds(10), [&] {
        return run_command({"curl", "-sf", "--noproxy", "*", std::string(kOrigin) + "/readyz"})
                   .exit_code == 0;
      })) {
    throw std::runtime_error("the balancer does not answer");
  }
}

void Site::kill_host(int host) {
  runs_[static_cast<std::size_t>(host - 1)] = false;
  std::istringstream pids(run_command({"ip", "netns", "pids", network_of(host)}).out);
  std::vector<pid_t> all;
  for (pid_t pid = 0; pids >> pid;) all.push_back(pid);
  for (const pid_t pid : all) kill(pid, SIGKILL);
  for (const pid_t pid : all) kill_process(pid);
}

void Site::start_host(int host) {
  start_memcached(host);
  this->host(host).up();
  runs_[static_cast<std::size_t>(host - 1)] = true;
}

void Site::kill_memcached(int host) {
  kill_process(memcached_[static_cast<std::size_t>(host - 1)]);
}

void Site::start_memcached(int host) {
  memcached_[static_cast<std::size_t>(host - 1)] = start_in(
      network_of(host), {"memcached", "-u", "root", "-l", "10.77.0.2" + std::to_string(host)},
      folder_.path() / "memcached.log");
}

void Site::sweep_on_both() {
  std::vector<std::thread> crons;
  for (const int number : {1, 2}) {
    if (!runs_[static_cast<std::size_t>(number - 1)]) continue;
    crons.emplace_back([this, number] { (void)host(number).run({"sweep"}); });
  }
  for (std::thread& cron : crons) cron.join();
}

}  // namespace stagedoor::testing
