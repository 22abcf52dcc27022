#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/refusal.h"
#include "db/connection.h"

namespace stagedoor::people {

struct NewUser {
  std::string name;
  std::string email;
  std::string password_hash;
};

// Adds a user; kEmailTaken when the address has one.
Outcome<UserId> create_user(db::Connection& database, const NewUser& user);

// Makes sure that there is a row for a user who came with a valid access token. Call it before the
// transaction that needs the row, not inside.
void ensure_user(db::Connection& database, UserId user_id);

// The same for several of whom a look has found no row.
void add_unknown_users(db::Connection& database, std::vector<UserId> user_ids);

struct Credentials {
  UserId user_id;
  std::string password_hash;
};

// What a password is checked against, if there is a user with that address who has one.
std::optional<Credentials> find_credentials(db::Connection& database, const std::string& email);

}  // namespace stagedoor::people
