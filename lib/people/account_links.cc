#include "people/account_links.h"

#include <cassert>

#include "base/encoding.h"
#include "base/json_writer.h"
#include "db/columns.h"
#include "people/letters.h"

namespace stagedoor::people {
namespace {

// In hexadecimal, as bytes between SELECT and FROM would be taken for a text.
constexpr const char* kInsertLink =
    "INSERT INTO account_links (link_id, kind, user_id, email, expires_at)"
    " SELECT UNHEX(?), ?, user_id, ?, SYSDATE(6) + INTERVAL 30 MINUTE"
    " FROM users WHERE user_id = ?";

const db::Select<Link> kSelectLink({{"user_id", &Link::user_id}, {"email", &Link::email}},
                                   "FROM account_links WHERE link_id = ? AND kind = ?");

constexpr const char* kUseLink =
    "DELETE FROM account_links WHERE link_id = ? AND expires_at > SYSDATE(6)";
constexpr const char* kForgetLinks = "DELETE FROM account_links WHERE user_id = ? AND kind = ?";
constexpr const char* kPrune = "DELETE FROM account_links WHERE expires_at < ? LIMIT 1000";

std::string_view letter_kind(LinkKind kind) {
  return kind == LinkKind::kPasswordReset ? "password_reset" : "email_verification";
}

}  // namespace

void send_link(db::Transaction& transaction, LinkKind kind, UserId user_id,
               const std::string& email) {
  const LinkId id = LinkId::make();
  transaction.execute(kInsertLink, to_hex(id.bytes()), kind, email, user_id);
  JsonWriter data;
  data.begin_object().field("link_id", id).end_object();
  write_letter(transaction, {letter_kind(kind), user_id, email, data.text()});
}

std::optional<Link> find_link(db::Transaction& transaction, LinkKind kind, LinkId id) {
  return kSelectLink.first(transaction, id, kind);
}

bool use_link(db::Transaction& transaction, LinkId id) {
  assert(transaction.has_entered(db::LockRank::kUser));
  return transaction.execute(kUseLink, id) == 1;
}

void forget_links(db::Transaction& transaction, LinkKind kind, UserId user_id) {
  assert(transaction.has_entered(db::LockRank::kUser));
  transaction.execute(kForgetLinks, user_id, kind);
}

std::int64_t prune_links(db::Connection& database) {
  return database.execute(kPrune, database.now());
}

}  // namespace stagedoor::people
