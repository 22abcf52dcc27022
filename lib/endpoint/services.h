#pragma once

#include <sysexits.h>

#include <map>

#include "base/config.h"
#include "cache/memcached.h"
#include "cache/versioned.h"
#include "db/connection.h"
#include "line/queue_tokens.h"
#include "people/access_snapshot.h"
#include "proof/signed_note.h"
#include "sale/listings.h"
#include "token/access_token.h"
#include "token/link_token.h"
#include "token/queue_token.h"

namespace stagedoor {

// What a handler may use. Connections are made when they are first used.
struct Services {
  explicit Services(Config loaded);

  Config config;
  db::Connection database;
  cache::Memcached memcached;
  cache::Versioned cache;
  token::AccessTokens access_tokens;
  token::QueueTokens queue_tokens;
  token::LinkTokens link_tokens;
  people::AccessSnapshot access;
  std::vector<proof::SigningKey> log_keys;
  line::LineViews lines;
  sale::Listings listings;
  // Whom this process has seen let in, and until when it need not look again (monotonic time).
  std::map<TokenId, Micros> recently_admitted = {};

  line::LineStores line_stores() { return {database, memcached, cache, lines}; }
};

// REQUIRES: a configuration that load_config_or_exit() has checked.
token::AccessTokens make_access_tokens(const Config& config);

// The configuration of this binary; prints what is wrong with it and exits otherwise.
Config load_config_or_exit(int exit_code = EX_CONFIG);

// From now on this binary counts into the metrics of that name, and what it logs as critical
// becomes an alert.
void report_as(const char* name, const Config& config);

}  // namespace stagedoor
