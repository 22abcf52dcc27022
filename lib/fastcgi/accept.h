#pragma once

struct FCGX_Request;

namespace stagedoor::fastcgi {

// Makes a request for accept_request(). False when that fails.
bool init_request(FCGX_Request& fcgx);

// Takes the next connection that has a request to make, and reads which. False when there is none:
// a signal came before a connection, or the descriptor is no listening socket any more.
//
// libfcgi's own accept gives up a connection that it has taken when a signal comes while it waits
// for the first byte, so that a process which is told to stop at that instant loses a request.
bool accept_request(int listen_descriptor, FCGX_Request& fcgx);

}  // namespace stagedoor::fastcgi
