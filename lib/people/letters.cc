#include "people/letters.h"

#include "db/columns.h"

namespace stagedoor::people {
namespace {

constexpr const char* kInsertLetter =
    "INSERT INTO letters (kind, user_id, recipient, language, data, waits, next_attempt_at,"
    " created_at) SELECT ?, user_id, ?, language, ?, TRUE, SYSDATE(6), SYSDATE(6)"
    " FROM users WHERE user_id = ?";

const db::Select<Letter> kListLetters({{"kind", &Letter::kind},
                                       {"recipient", &Letter::recipient},
                                       {"created_at", &Letter::created_at},
                                       {"sent_at", &Letter::sent_at}},
                                      "FROM letters WHERE user_id = ? ORDER BY letter_id");

constexpr const char* kForget = "DELETE FROM letters WHERE user_id = ?";
constexpr const char* kPrune = "DELETE FROM letters WHERE created_at < ? LIMIT 1000";
constexpr std::chrono::days kKept{30};

}  // namespace

void write_letter(db::Transaction& transaction, const NewLetter& letter) {
  transaction.execute(kInsertLetter, letter.kind, letter.recipient, letter.data, letter.user_id);
}

std::vector<Letter> list_letters(db::Connection& database, UserId user_id) {
  return kListLetters.all(database, user_id);
}

void forget_letters(db::Transaction& transaction, UserId user_id) {
  transaction.execute(kForget, user_id);
}

std::int64_t prune_letters(db::Connection& database) {
  return database.execute(kPrune, database.now() - kKept);
}

}  // namespace stagedoor::people
