#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/enum_text.h"
#include "base/id.h"
#include "db/transaction.h"

// Letters wait in a table, written with what they tell of, for the deliverer to send them.
namespace stagedoor {

enum class Language { kKorean, kEnglish };

constexpr auto enum_texts(Language /*of*/) {
  return std::array{EnumText{Language::kKorean, "ko"}, EnumText{Language::kEnglish, "en"}};
}

namespace people {

struct NewLetter {
  std::string_view kind;  // which text; up to 32 characters of a-z and _
  UserId user_id;         // whose language it is written in
  std::string_view recipient;
  std::string_view data;  // what the text is filled with, a JSON object
};

// Nothing is written for a user that does not exist, at the same cost.
void write_letter(db::Transaction& transaction, const NewLetter& letter);

// A letter as its recipient may know it.
struct Letter {
  std::string kind;
  std::string recipient;
  Time created_at;
  std::optional<Time> sent_at;
};
std::vector<Letter> list_letters(db::Connection& database, UserId user_id);

void forget_letters(db::Transaction& transaction, UserId user_id);

// Forgets those that are a month old, one bounded batch; returns how many.
std::int64_t prune_letters(db::Connection& database);

}  // namespace people
}  // namespace stagedoor
