#include "people/access_snapshot.h"

namespace stagedoor::people {
namespace {

constexpr Micros kAgeMax = std::chrono::seconds{1};
constexpr Micros kLoadedFor = std::chrono::minutes{1};
// A change becomes visible some time after it was written down: at its commit.
constexpr Micros kCommitMax = std::chrono::seconds{10};

}  // namespace

bool AccessSnapshot::has_ended(const Session& session) {
  refresh();
  if (ended_.contains(session.key)) return true;
  const auto end = ends_.find(session.user_id);
  if (end != ends_.end()) return end->second.ends(session);
  if (session.issued_at >= known_since_) return false;
  const auto old_end = find_sessions_end(database_, session.user_id);
  return old_end && old_end->ends(session);
}

void AccessSnapshot::refresh() {
  const Micros now = monotonic_now();
  if (loaded_at_ && now - refreshed_at_ < kAgeMax) return;
  const Time read_at = database_.estimated_now();
  const bool anew = !loaded_at_ || now - *loaded_at_ >= kLoadedFor;
  if (anew) {
    loaded_at_.reset();
    ends_.clear();
    ended_.clear();
    known_since_ = read_at - lifetime_;
  }
  for (const SessionsEnd& end :
       list_sessions_ends(database_, anew ? known_since_ : read_at_ - kCommitMax)) {
    ends_.insert_or_assign(end.user_id, end);
  }
  for (const SessionKey& key :
       list_ended_sessions(database_, anew ? Time{} : read_at_ - kCommitMax)) {
    ended_.insert(key);
  }
  if (anew) loaded_at_ = now;
  refreshed_at_ = now;
  read_at_ = read_at;
}

}  // namespace stagedoor::people
