#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stagedoor {

// What a connection to the database must have: encryption; also a certificate that a known
// authority has signed; also one that names the host.
enum class DatabaseTls { kNone, kRequired, kVerifyCa, kVerifyIdentity };

struct DatabaseConfig {
  std::string host;
  int port = 3306;
  std::string unix_socket;  // used instead of host and port when it is not empty
  std::string user;
  std::string password;
  std::string schema;
  DatabaseTls tls = DatabaseTls::kNone;
  std::string ca_file;  // of the authority; empty: those that the system knows
};

// Every setting of an installation that a binary reads. settings.def describes these and those that
// the command line tool reads alone.
struct Config {
  std::string home;
  DatabaseConfig database;
  std::vector<std::string> memcached_servers;  // host:port, or the path of a unix socket
  std::chrono::milliseconds memcached_timeout{};
  std::chrono::milliseconds wait_max{};
  std::string currency;
  bool verified_email = false;  // needed to join
  std::chrono::seconds access_token_ttl{};
  // Newest first; all of them verify, the first signs.
  std::vector<std::string> access_token_secrets;
  std::vector<std::string> queue_token_keys;
  std::vector<std::string> log_keys;  // all of them sign; the last one names the installation
  // Public keys of an outside identity provider in PEM, by `kid`. Unless there are none the
  // installation signs no access tokens.
  std::map<std::string, std::string> identity_keys;
  // What its tokens must name, and the texts of the claim that gives roles, each with its role.
  std::string identity_issuer;
  std::string identity_audience;
  std::string identity_role_claim;
  std::map<std::string, std::string> identity_roles;
  // Where the sweep asks for the public random values of draws.
  std::string beacon_url;
  // Where the sweep posts alerts; empty: nowhere. A secret.
  std::string alert_webhook;

  [[nodiscard]] std::string metrics_directory() const { return home + "/run/metrics"; }
  [[nodiscard]] std::string alert_directory() const { return home + "/run/alerts"; }
  [[nodiscard]] std::string listings_directory() const { return home + "/run/listings"; }
};

using ConfigProblems = std::vector<std::string>;
using Settings = std::map<std::string, std::string, std::less<>>;

// Reads the environment over STAGEDOOR_HOME/stagedoor.conf over the defaults, and the secrets.
// Everything that is wrong is named at once.
Result<Config, ConfigProblems> load_config();

// The pure parts, for tests.
Result<Settings, ConfigProblems> parse_settings(std::string_view file_text);
Result<DatabaseConfig, std::string> parse_database_url(std::string_view url);

}  // namespace stagedoor
