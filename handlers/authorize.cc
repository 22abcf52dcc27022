// The auth subrequest of nginx: AUTH_LEVEL is `user`, `admin`, or `admitted` for a user
// whose Queue-Token is ACTIVE for the concert in the path. The client's body is not looked at.
//
// 204 with User-Id and Role; 401 unauthenticated, 403 forbidden. nginx can only let a 401 or 403
// through, so that the whole problem travels in the header Problem and its status in
// Problem-Status.
#include "endpoint/authorization.h"
#include "endpoint/endpoint.h"

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("authorize", argc, argv, stagedoor::authorize);
}
