#pragma once

#include <string>

#include "support/vocabulary.h"

// The words of accounts: people with an address and a password. All of them talk to
// Installation::shared().
namespace stagedoor::testing {

inline constexpr const char* kPassword = "correct horse battery";

struct Account {
  User user;
  std::string email;
};

// An address that no other test uses, with letters of both cases.
std::string new_email();
std::string sign_up_body(const std::string& name, const std::string& email,
                         const std::string& password);
Response sign_up(const std::string& email, const std::string& password = kPassword);
Response sign_in(const std::string& email, const std::string& password = kPassword);
// Somebody who has just signed up; throws with the answer when that was refused.
Account new_account();
// A further session of the same account.
User another_session(const Account& account);

Response put(const std::string& path, const std::string& body, const Headers& headers = {});
// A path below that of the user.
std::string path_of(const User& user, const std::string& part = "");
// Whether the access token opens what is its user's.
bool is_signed_in(const User& user);
// Sleeps until each process knows of every session that has ended by now.
void wait_until_ends_are_known();

// How many letters of this kind wait for the address.
std::size_t letters_of(const std::string& kind, const std::string& email);
// The token in the link of the last one; throws when there is none.
std::string token_in_letter(const std::string& kind, const std::string& email);

}  // namespace stagedoor::testing
