#pragma once

#include "base/json_writer.h"
#include "endpoint/call.h"
#include "money/ledger.h"
#include "people/accounts.h"

namespace stagedoor {

struct UserInPath {
  UserId id;
  people::Account account;
  token::Role role = token::Role::kUser;
};
// The user of the path, who is the caller or, for an admin, any user.
UserInPath read_user_in_path(Call& call, Services& services);

// The caller, of whom there is a row.
UserInPath find_caller(const Call& call, UserId caller, Services& services);

std::string user_json(const UserInPath& user);

void write_ledger_entry(JsonWriter& json, const money::LedgerEntry& entry);

// A name or an address, normalised.
std::string read_name(const std::string& text, http::JsonObject& body);
std::string read_email(const std::string& text, http::JsonObject& body);
// A new password of the account with this address.
std::string read_new_password(http::JsonObject& body, const std::string& email);

// Refuses a call that is about passwords where users come from an outside identity provider.
void expect_own_accounts(Call& call, const Services& services);

// The members `access_token` and `expires_at` of a fresh session, for an open object.
void write_access_token(JsonWriter& json, Services& services, UserId user_id);

}  // namespace stagedoor
