#include "people/attempts.h"

#include "base/enum_text.h"
#include "db/columns.h"
#include "people/attempt_rules.h"

namespace stagedoor::people {
namespace {

enum class AttemptKind { kPassword, kLetter };

constexpr auto enum_texts(AttemptKind /*of*/) {
  return std::array{EnumText{AttemptKind::kPassword, "PASSWORD"},
                    EnumText{AttemptKind::kLetter, "LETTER"}};
}

constexpr const char* kInsertAttempt =
    "INSERT INTO account_attempts (attempt_id, account, kind, at)"
    " VALUES (?, UNHEX(SHA2(?, 256)), ?, SYSDATE(6))";

static_assert(kAttemptsKept == std::chrono::minutes{15} && kAttemptsCounted == 16);
const db::Select<Attempts> kSelectOthers(
    {{"COUNT(*)", &Attempts::count},
     {"MAX(at)", &Attempts::last_at},
     {"SYSDATE(6)", &Attempts::now}},
    "FROM (SELECT at FROM account_attempts WHERE account = UNHEX(SHA2(?, 256)) AND kind = ?"
    " AND at > NOW(6) - INTERVAL 15 MINUTE AND attempt_id <> ? ORDER BY at DESC LIMIT 16) AS last");

constexpr const char* kForgetAttempt = "DELETE FROM account_attempts WHERE attempt_id = ?";
constexpr const char* kForgetAttempts =
    "DELETE FROM account_attempts WHERE account = UNHEX(SHA2(?, 256)) AND kind = 'PASSWORD'";

// By the index, which SYSDATE() in the statement itself would keep it from.
constexpr const char* kPrune = "DELETE FROM account_attempts WHERE at < ? LIMIT 1000";

// Of several at once each sees those that are committed, and none itself.
template <typename Database>
Attempts count_one_more(Database& database, AttemptId id, const std::string& email_key,
                        AttemptKind kind) {
  database.execute(kInsertAttempt, id, email_key, kind);
  return *kSelectOthers.first(database, email_key, kind, id);
}

}  // namespace

Refused too_many_attempts(std::chrono::seconds wait) {
  Refused refused{Refusal::kTooManyAttempts};
  refused.retry_after_s = static_cast<int>(wait.count());
  return refused;
}

Outcome<AttemptId> begin_attempt(db::Connection& database, const std::string& email_key) {
  const AttemptId id = AttemptId::make();
  const Attempts before = count_one_more(database, id, email_key, AttemptKind::kPassword);
  const auto wait = wait_of(before);
  if (wait) return too_many_attempts(*wait);
  return id;
}

void forget_attempt(db::Connection& database, AttemptId id) {
  database.execute(kForgetAttempt, id);
}

void forget_attempts(db::Transaction& transaction, const std::string& email_key) {
  transaction.execute(kForgetAttempts, email_key);
}

bool may_send_letter(db::Transaction& transaction, const std::string& email_key) {
  const Attempts before =
      count_one_more(transaction, AttemptId::make(), email_key, AttemptKind::kLetter);
  return before.count < kLettersMax;
}

std::int64_t prune_attempts(db::Connection& database) {
  return database.execute(kPrune, database.now() - kAttemptsKept);
}

}  // namespace stagedoor::people
