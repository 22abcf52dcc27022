// The auth subrequest of nginx: AUTH_LEVEL is `user`, `admin`, or `admitted` for a user
// whose Queue-Token is ACTIVE for the concert in the path. The client's body is not looked at.
//
// 204 with User-Id and Role; 401 or 403 with the whole problem in the header Problem, which nginx
// makes the body of its answer. Anything else nginx takes for its own failure: 503.
#include "endpoint/authorization.h"
#include "endpoint/endpoint.h"

int main(int argc, char** argv) {
  return stagedoor::run_endpoint("authorize", argc, argv, stagedoor::authorize);
}
