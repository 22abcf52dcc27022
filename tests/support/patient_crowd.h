#pragma once

#include <atomic>
#include <functional>

#include "support/http_client.h"

namespace stagedoor::testing {

// People who ask again when they are told that there was too much to do, so that a test of what a
// crowd gets says nothing of how fast this machine is. At the end every 503 must have been for that
// reason: a lock that was waited for in vain, say, is not put up with. They talk to
// Installation::shared(), and no other request may be refused meanwhile.
class PatientCrowd {
 public:
  PatientCrowd();
  ~PatientCrowd();
  PatientCrowd(const PatientCrowd&) = delete;
  PatientCrowd& operator=(const PatientCrowd&) = delete;

  // The first answer that is no 503. By any number of threads.
  Response insist(const std::function<Response()>& call);

 private:
  double shed_before_;
  std::atomic<int> refused_{0};
};

}  // namespace stagedoor::testing
