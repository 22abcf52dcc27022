#pragma once

#include <functional>

namespace stagedoor {

// For what follows a change that is committed, which must not be answered as failed because of it:
// what goes wrong is logged.
void attempt_after_commit(const std::function<void()>& work);

}  // namespace stagedoor
