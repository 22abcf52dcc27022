#include "endpoint/export_json.h"

#include "endpoint/payment_json.h"
#include "endpoint/reservation_json.h"
#include "money/payments.h"
#include "people/letters.h"
#include "sale/accounts.h"
#include "sale/reservations.h"

namespace stagedoor {
namespace {

constexpr int kPage = 100;

// list(database, user, cursor, limit) page after page, from the newest to the oldest.
template <typename IdType, typename List, typename Render>
void write_time_list(JsonWriter& json, Services& services, UserId user_id, List list,
                     Render render) {
  json.begin_array();
  std::optional<TimeCursor<IdType>> after;
  for (bool more = true; more;) {
    const auto page = list(services.database, user_id, after, kPage);
    for (const auto& item : page.items) {
      json.raw(render(item));
      after = {item.created_at, item.id};
    }
    more = page.more;
  }
  json.end_array();
}

void write_ledger(JsonWriter& json, Services& services, UserId user_id) {
  json.begin_array();
  std::optional<std::int64_t> after;
  for (bool more = true; more;) {
    const auto page = money::list_ledger(services.database, user_id, after, kPage);
    for (const money::LedgerEntry& entry : page.items) {
      write_ledger_entry(json, entry);
      after = entry.id;
    }
    more = page.more;
  }
  json.end_array();
}

void write_places(JsonWriter& json, const std::vector<sale::PlaceTaken>& places) {
  json.begin_array();
  for (const sale::PlaceTaken& place : places) {
    json.begin_object()
        .field("token_id", place.token_id)
        .field("concert_id", place.concert_id)
        .field("place", place.place)
        .field("status", place.stored)
        .field("expired_reason", place.reason)
        .field("issued_at", place.issued_at)
        .field("admitted_at", place.admitted_at)
        .end_object();
  }
  json.end_array();
}

void write_letters(JsonWriter& json, const std::vector<people::Letter>& letters) {
  json.begin_array();
  for (const people::Letter& letter : letters) {
    json.begin_object()
        .field("kind", letter.kind)
        .field("recipient", letter.recipient)
        .field("created_at", letter.created_at)
        .field("sent_at", letter.sent_at)
        .end_object();
  }
  json.end_array();
}

void write_keys(JsonWriter& json, const std::vector<people::StoredKey>& keys) {
  json.begin_array();
  for (const people::StoredKey& key : keys) {
    json.begin_object()
        .field("operation", key.operation)
        .field("key", key.client_key)
        .field("created_at", key.created_at)
        .end_object();
  }
  json.end_array();
}

}  // namespace

std::string export_json(const UserInPath& user, Services& services) {
  db::Connection& database = services.database;
  JsonWriter json;
  json.begin_object().key("user").raw(user_json(user));
  json.field("balance", user.account.balance).field("currency", services.config.currency);
  write_ledger(json.key("ledger"), services, user.id);
  write_places(json.key("places"), sale::list_places(database, user.id));
  write_time_list<ReservationId>(json.key("reservations"), services, user.id,
                                 sale::list_reservations, reservation_json);
  write_time_list<PaymentId>(json.key("payments"), services, user.id, money::list_payments,
                             payment_json);
  write_letters(json.key("letters"), people::list_letters(database, user.id));
  write_keys(json.key("idempotency_keys"), people::list_keys(database, user.id));
  return json.end_object().take();
}

}  // namespace stagedoor
