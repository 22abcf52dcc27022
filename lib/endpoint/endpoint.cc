#include "endpoint/endpoint.h"

#include <malloc.h>
#include <sysexits.h>

#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "base/encoding.h"
#include "base/log.h"
#include "endpoint/batch.h"
#include "fastcgi/serve.h"
#include "metrics/metrics.h"

namespace stagedoor {
namespace {

// What one transaction carries without keeping the next batch waiting for long.
constexpr std::size_t kBatchMax = 64;

// Tells apart the installations that share a memcached pool: the same for all that use one schema.
std::string cache_prefix(const DatabaseConfig& database) {
  const std::string place = database.unix_socket + "|" + database.host + "|" +
                            std::to_string(database.port) + "|" + database.schema;
  std::uint32_t hash = 0x811c9dc5U;  // FNV-1a: the same in every build, unlike std::hash
  for (const char c : place) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193U;
  return "sd" + std::to_string(hash) + ":";
}

// What is wrong with the keys of the identity provider.
ConfigProblems check_identity_keys(const Config& config) {
  ConfigProblems problems;
  for (const auto& [kid, pem] : config.identity_keys) {
    const auto key = token::PublicKey::parse(pem);
    if (!key) problems.push_back("STAGEDOOR_IDENTITY_KEYS: " + kid + ".pem " + key.error());
  }
  return problems;
}

[[noreturn]] void exit_with(const ConfigProblems& problems) {
  for (const std::string& problem : problems) std::cerr << problem << '\n';
  std::exit(EX_CONFIG);  // NOLINT(concurrency-mt-unsafe): there is one thread
}

// The listing of a large hall is megabytes, a few times over while it is made. malloc would keep
// what a process once needed for that; there are dozens of processes.
void return_large_memory() {
  constexpr int kLargeBytes = 128 * 1024;
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  mallopt(M_TRIM_THRESHOLD, 2 * kLargeBytes);
  mallopt(M_ARENA_MAX, 1);
}

template <typename Serve>
int run(const char* name, int argc, char** argv, Serve serve) {
  return_large_memory();
  log::set_handler(name);
  Services services(load_config_or_exit());
  if (argc > 1 && std::strcmp(argv[1], "--check-config") == 0) return EXIT_SUCCESS;
  report_as(name, services.config);
  return serve(services);
}

}  // namespace

token::AccessTokens make_access_tokens(const Config& config) {
  if (config.identity_keys.empty()) return token::AccessTokens(config.access_token_secrets);
  token::PublicKeys keys;
  for (const auto& [kid, pem] : config.identity_keys) {
    const auto key = token::PublicKey::parse(pem);
    assert(key);
    keys.emplace(kid, *key);
  }
  return token::AccessTokens(std::move(keys));
}

Services::Services(Config loaded)
    : config(std::move(loaded)),
      database(config.database),
      memcached(config.memcached_servers, cache_prefix(config.database), config.memcached_timeout),
      cache(memcached),
      access_tokens(make_access_tokens(config)),
      queue_tokens(config.queue_token_keys),
      lines(database, memcached),
      listings(database, memcached, config.listings_directory()) {}

Config load_config_or_exit() {
  const auto config = load_config();
  if (!config) exit_with(config.error());
  const ConfigProblems problems = check_identity_keys(*config);
  if (!problems.empty()) exit_with(problems);
  return *config;
}

void report_as(const char* name, const Config& config) {
  log::set_handler(name);
  log::set_alert_directory(config.alert_directory());
  metrics::open(config.metrics_directory(), name);
}

int run_endpoint(const char* name, int argc, char** argv, const Endpoint& endpoint) {
  return run(name, argc, argv, [&](Services& services) {
    return fastcgi::serve([&](const http::Request& request) { return endpoint(request, services); },
                          services.config.wait_max);
  });
}

int run_batch_endpoint(const char* name, int argc, char** argv, const BatchEndpoint& endpoint) {
  return run(name, argc, argv, [&](Services& services) {
    return fastcgi::serve_batches(
        [&](std::span<const http::Request> requests) { return endpoint(requests, services); },
        {.wait_max = services.config.wait_max, .size_max = kBatchMax, .refuses_late = false});
  });
}

}  // namespace stagedoor
