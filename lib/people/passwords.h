#pragma once

#include <string>

#include "base/id.h"
#include "base/refusal.h"
#include "db/connection.h"

// A password that is tried costs the same, and counts the same, whether there is such an account
// or not (people/attempts.h).
namespace stagedoor::people {

// What is wrong with a new password of this address; nullptr when nothing is.
const char* password_fault(const std::string& password, const std::string& email);

// The user with that address and password. Refused: kBadCredentials, kTooManyAttempts.
Outcome<UserId> sign_in(db::Connection& database, const std::string& email,
                        const std::string& password);

// Whether the password is the user's own. Refused: kBadCredentials, kTooManyAttempts.
Outcome<Done> confirm_password(db::Connection& database, UserId user_id,
                               const std::string& password);

struct PasswordChange {
  UserId user_id;
  std::string current;
  std::string password;
  SessionKey kept;  // the session that goes on; all others end
};
// Refused: as confirm_password(), and kValidationFailed a bad new one.
Outcome<Done> change_password(db::Connection& database, const PasswordChange& change);

// Writes the letter with a link to the account with this address, if there is one; the same
// statements are run and committed if there is none.
void request_reset(db::Connection& database, const std::string& email);

// Sets the password of the link's user, verifies the address and ends all sessions. Refused:
// kLinkExpired, kValidationFailed.
Outcome<Done> reset_password(db::Connection& database, LinkId link_id, const std::string& password);

}  // namespace stagedoor::people
