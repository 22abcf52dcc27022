#include "support/patient_crowd.h"

#include "support/exposition.h"
#include "support/vocabulary.h"

namespace stagedoor::testing {
namespace {

constexpr std::chrono::seconds kGivesUpAfter{60};

// Refused for having waited too long, by all handlers so far.
double shed_requests() {
  return Exposition::parse(send({.path = "/metrics"}).body)
      .sum("stagedoor_http_requests_shed_total");
}

}  // namespace

PatientCrowd::PatientCrowd() : shed_before_(shed_requests()) {}

PatientCrowd::~PatientCrowd() {
  try {
    EXPECT_EQ(shed_requests() - shed_before_, refused_) << "some were refused for another reason";
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what();
  }
}

Response PatientCrowd::insist(const std::function<Response()>& call) {
  Response response;
  eventually(kGivesUpAfter, [&] {
    response = call();
    if (response.status != 503) return true;
    ++refused_;
    return false;
  });
  return response;
}

}  // namespace stagedoor::testing
