#include "endpoint/services.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "base/log.h"
#include "metrics/metrics.h"

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

// What is wrong with the keys and roles of the identity provider.
ConfigProblems check_identity_keys(const Config& config) {
  ConfigProblems problems;
  for (const auto& [kid, pem] : config.identity_keys) {
    const auto key = token::PublicKey::parse(pem);
    if (!key) problems.push_back("STAGEDOOR_IDENTITY_KEYS: " + kid + ".pem " + key.error());
  }
  for (const auto& [text, role] : config.identity_roles) {
    if (!token::parse_role(role)) {
      problems.push_back("STAGEDOOR_IDENTITY_ROLE_CLAIM: there is no role '" + role + "'");
    }
  }
  return problems;
}

[[noreturn]] void exit_with(const ConfigProblems& problems, int exit_code) {
  for (const std::string& problem : problems) std::cerr << problem << '\n';
  std::exit(exit_code);  // NOLINT(concurrency-mt-unsafe): there is one thread
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
  token::IdentityRules rules{config.identity_issuer, config.identity_audience,
                             config.identity_role_claim};
  for (const auto& [text, role] : config.identity_roles) {
    rules.roles.emplace(text, *token::parse_role(role));
  }
  return token::AccessTokens(std::move(keys), std::move(rules));
}

Services::Services(Config loaded)
    : config(std::move(loaded)),
      database(config.database),
      memcached(config.memcached_servers, cache_prefix(config.database), config.memcached_timeout),
      cache(memcached),
      access_tokens(make_access_tokens(config)),
      queue_tokens(config.queue_token_keys),
      link_tokens(config.access_token_secrets),
      access(database,
             std::max<std::chrono::seconds>(config.access_token_ttl, std::chrono::days{1})),
      log_keys(config.log_keys.begin(), config.log_keys.end()),
      lines(database, memcached),
      listings(database, memcached, config.listings_directory()) {}

Config load_config_or_exit(int exit_code) {
  const auto config = load_config();
  if (!config) exit_with(config.error(), exit_code);
  const ConfigProblems problems = check_identity_keys(*config);
  if (!problems.empty()) exit_with(problems, exit_code);
  return *config;
}

void report_as(const char* name, const Config& config) {
  log::set_handler(name);
  log::set_alert_directory(config.alert_directory());
  metrics::open(config.metrics_directory(), name);
}

}  // namespace stagedoor
