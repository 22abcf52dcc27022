#include "base/after_commit.h"

#include "base/log.h"

namespace stagedoor {

void attempt_after_commit(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& e) {
    log::event(log::Level::kWarning, "what follows a change was not done", e.what());
  }
}

}  // namespace stagedoor
