#pragma once

#include <optional>
#include <string>

#include "base/enum_text.h"
#include "base/id.h"
#include "db/transaction.h"

// Links in letters, which prove that their user reads what comes to an address.
namespace stagedoor::people {

enum class LinkKind { kPasswordReset, kEmailVerification };

constexpr auto enum_texts(LinkKind /*of*/) {
  return std::array{EnumText{LinkKind::kPasswordReset, "PASSWORD_RESET"},
                    EnumText{LinkKind::kEmailVerification, "EMAIL_VERIFICATION"}};
}

// Makes a link that is good for half an hour and writes the letter with it. Nothing is written for
// a user that does not exist, at the same cost.
void send_link(db::Transaction& transaction, LinkKind kind, UserId user_id,
               const std::string& email);

struct Link {
  UserId user_id;
  std::string email;  // where it was sent to
};

std::optional<Link> find_link(db::Transaction& transaction, LinkKind kind, LinkId id);

// Takes the one use of a link; false when it is used, or its time is over. REQUIRES: its user is
// locked.
bool use_link(db::Transaction& transaction, LinkId id);

// REQUIRES: the user is locked.
void forget_links(db::Transaction& transaction, LinkKind kind, UserId user_id);

// Forgets those whose time is over, one bounded batch; returns how many.
std::int64_t prune_links(db::Connection& database);

}  // namespace stagedoor::people
