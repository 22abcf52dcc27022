#pragma once

#include <functional>

#include "base/config.h"
#include "cache/memcached.h"
#include "cache/versioned.h"
#include "db/connection.h"
#include "http/request.h"
#include "http/response.h"
#include "operations/queue_tokens.h"
#include "token/access_token.h"
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
  operations::LineReader lines;

  operations::WaitingRoom waiting_room() { return {database, memcached, cache, lines}; }
};

using Endpoint = std::function<Outcome<http::Response>(const http::Request&, Services&)>;

// The main() of every handler: reads the configuration, then serves (see http::serve). With
// --check-config it only tells whether the configuration is right.
int run_endpoint(const char* name, int argc, char** argv, const Endpoint& endpoint);

// The configuration of this binary; prints what is wrong with it and exits otherwise.
Config load_config_or_exit();

}  // namespace stagedoor
