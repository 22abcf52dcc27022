#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "base/config.h"

namespace sql {
class Connection;
class Statement;
}  // namespace sql

// What is said to a server before it is used. Throws sql::SQLException, or Error for what the
// server may not be used for.
namespace stagedoor::db {

// Connected, encrypted if that is wanted, and with the settings of a session. With `statement_max`
// the server ends a statement after that long, and neither side gives up earlier.
std::unique_ptr<sql::Connection> open_session(const DatabaseConfig& config,
                                              std::optional<std::chrono::seconds> statement_max);

// Only MariaDB knows Galera, and only where it was built with it.
bool is_galera(sql::Statement& statement);

// Throws the error that a write would meet on a server that is read-only or cut off from its
// cluster.
void check_takes_writes(sql::Statement& statement, bool is_galera);

}  // namespace stagedoor::db
