#include "watch/log_audit.h"

#include "db/columns.h"

namespace stagedoor::watch {
namespace {

struct Drawn {
  std::string seed;
  std::int64_t entries = 0;
};
const db::Select<Drawn> kSelectDrawn({{"seed", &Drawn::seed}, {"entries", &Drawn::entries}},
                                     "FROM draws WHERE concert_id = ? AND seed IS NOT NULL");

}  // namespace

void LogAudit::read(db::Snapshot& snapshot) {
  static const db::Select<Log> kSelectLog({{"size", &Log::size}, {"root", &Log::root}},
                                          "FROM line_logs WHERE concert_id = ?");
  static const db::Select<Draw> kSelectDraw({{"secret", &Draw::secret},
                                             {"entries", &Draw::entries},
                                             {"log_root", &Draw::log_root},
                                             {"beacon_value", &Draw::beacon_value},
                                             {"seed", &Draw::seed}},
                                            "FROM draws WHERE concert_id = ?");
  const auto log = kSelectLog.first(snapshot, id_);
  is_whole_ = log.has_value();
  if (!log) return violated(Invariant::kLogOfItsJoins, "there is none");
  log_ = *log;
  draw_ = kSelectDraw.first(snapshot, id_);
  compare_roots();
  if (!draw_ || !draw_->seed) return;
  const std::string parts =
      draw_->secret + draw_->log_root.value_or("") + draw_->beacon_value.value_or("");
  if (proof::bytes_of(proof::sha256(parts)) != *draw_->seed) {
    violated(Invariant::kDrawOfItsParts, "another seed");
  }
}

void LogAudit::take(const proof::LogEntry& entry) {
  is_whole_ = is_whole_ && entry.entry == taken_ + 1 && entry.issued_at >= issued_at_;
  if (!is_whole_ || taken_ == log_.size) return;
  issued_at_ = entry.issued_at;
  ++taken_;
  leaves_.push_back(proof::leaf_hash(proof::encode_entry(entry)));
  if (std::ssize(leaves_) == proof::kTileWidth) {
    frontier_.add(proof::root_of(leaves_));
    leaves_.clear();
  }
  compare_roots();
}

void LogAudit::compare_roots() {
  const bool is_end = taken_ == log_.size;
  const bool was_drawn_of = draw_ && draw_->log_root && taken_ == draw_->entries;
  if (!is_end && !was_drawn_of) return;
  const proof::Hash root = frontier_.root(leaves_);
  if (is_end && proof::bytes_of(root) != log_.root) {
    violated(Invariant::kLogOfItsJoins, "another root of " + std::to_string(taken_));
  }
  if (was_drawn_of && proof::bytes_of(root) != *draw_->log_root) {
    violated(Invariant::kDrawOfItsParts, "another log of " + std::to_string(taken_));
  }
}

void LogAudit::violated(Invariant invariant, const std::string& what) {
  run_.violated(invariant, "concert " + std::to_string(id_.value) + ": " + what);
}

std::optional<proof::DrawOrder> find_drawn_order(db::Snapshot& snapshot, ConcertId concert_id) {
  const auto drawn = kSelectDrawn.first(snapshot, concert_id);
  if (!drawn) return std::nullopt;
  return proof::DrawOrder(proof::hash_from(drawn->seed), drawn->entries);
}

}  // namespace stagedoor::watch
