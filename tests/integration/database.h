#pragma once

#include <string>

#include "db/connection.h"
#include "support/installation.h"

// The private database of the tests' installation.
namespace stagedoor {

inline testing::Installation& installation() { return testing::Installation::shared(); }

inline DatabaseConfig database_config() {
  DatabaseConfig config;
  config.unix_socket = installation().home() / "run/mariadb.sock";
  config.user = "stagedoor";
  config.password = installation().secret("db_password");
  config.schema = "stagedoor";
  return config;
}

// Rows that mean nothing to anybody else, in a table of the schema.
inline constexpr const char* kInsertMark =
    "INSERT INTO marks (name, set_at) VALUES (?, SYSDATE(6))";
inline constexpr const char* kTouchMark = "UPDATE marks SET set_at = SYSDATE(6) WHERE name = ?";
inline constexpr const char* kCountMark = "SELECT COUNT(*) FROM marks WHERE name = ?";

// A name that no other test uses.
std::string new_name();

// Seen from a connection of its own, so that nothing uncommitted counts.
bool is_marked(const std::string& name);

}  // namespace stagedoor
