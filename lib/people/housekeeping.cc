#include "people/housekeeping.h"

#include "people/account_links.h"
#include "people/attempts.h"
#include "people/letters.h"
#include "people/sessions.h"

namespace stagedoor::people {

std::int64_t prune_accounts(db::Connection& database) {
  return prune_attempts(database) + prune_links(database) + prune_ended_sessions(database) +
         prune_letters(database);
}

}  // namespace stagedoor::people
