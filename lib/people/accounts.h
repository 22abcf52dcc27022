#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/refusal.h"
#include "db/connection.h"
#include "people/letters.h"

namespace stagedoor::people {

// A user's row.
struct Account {
  std::optional<std::string> name = {};
  std::optional<std::string> email = {};
  bool email_verified = false;
  Language language = Language::kKorean;
  Time created_at = {};
  Money balance = {};
};

std::optional<Account> find_account(db::Connection& database, UserId user_id);

struct NewUser {
  std::string name;
  std::string email;
  std::string password_hash;
};

// Adds a user and writes the letter that verifies the address; kEmailTaken when it has an account.
Outcome<UserId> create_user(db::Connection& database, const NewUser& user);

// Makes sure that there is a row for a user who came with a valid access token. Call it before the
// transaction that needs the row, not inside.
void ensure_user(db::Connection& database, UserId user_id);

// The same for several of whom a look has found no row.
void add_unknown_users(db::Connection& database, std::vector<UserId> user_ids);

// Those of the users whose address is verified.
std::set<UserId> find_verified(db::Connection& database, const std::vector<UserId>& user_ids);

struct AccountChanges {
  std::optional<std::string> name = {};
  std::optional<std::string> email = {};
  std::optional<Language> language = {};
};

// A new address counts when the link in the letter to it is used. Refused: kEmailTaken;
// kTooManyAttempts after some letters to that address.
Outcome<Done> change_account(db::Connection& database, UserId user_id,
                             const AccountChanges& changes);

// Makes the address of the link the user's. Refused: kLinkExpired; kEmailTaken by another account
// since.
Outcome<Done> verify_email(db::Connection& database, LinkId link_id);

// Erases who the user is, and ends all sessions. REQUIRES: the user is locked.
void erase_user(db::Transaction& transaction, UserId user_id);

}  // namespace stagedoor::people
