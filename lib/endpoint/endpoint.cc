#include "endpoint/endpoint.h"

#include <sysexits.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "base/encoding.h"
#include "base/log.h"
#include "http/serve.h"

namespace stagedoor {
namespace {

// Tells apart the installations that share a memcached pool: the same for all that use one schema.
std::string cache_prefix(const DatabaseConfig& database) {
  const std::string place = database.unix_socket + "|" + database.host + "|" +
                            std::to_string(database.port) + "|" + database.schema;
  std::uint32_t hash = 0x811c9dc5U;  // FNV-1a: the same in every build, unlike std::hash
  for (const char c : place) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193U;
  return "sd" + std::to_string(hash) + ":";
}

}  // namespace

Services::Services(Config loaded)
    : config(std::move(loaded)),
      database(config.database),
      memcached(config.memcached_servers, cache_prefix(config.database)),
      cache(memcached),
      access_tokens(config.access_token_secret),
      queue_tokens(config.queue_token_keys),
      lines(database, memcached) {}

Config load_config_or_exit() {
  const auto config = load_config();
  if (config) return *config;
  for (const std::string& problem : config.error()) std::cerr << problem << '\n';
  std::exit(EX_CONFIG);  // NOLINT(concurrency-mt-unsafe): there is one thread
}

int run_endpoint(const char* name, int argc, char** argv, const Endpoint& endpoint) {
  log::set_handler(name);
  Services services(load_config_or_exit());
  if (argc > 1 && std::strcmp(argv[1], "--check-config") == 0) return EXIT_SUCCESS;
  return http::serve([&](const http::Request& request) { return endpoint(request, services); });
}

}  // namespace stagedoor
