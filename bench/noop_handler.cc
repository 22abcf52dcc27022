// The least a FastCGI handler can do: what nginx, the socket and libfcgi cost without any work.
#include <fcgiapp.h>

#include <cstdlib>

int main() {
  FCGX_Request request;
  if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0) return EXIT_FAILURE;
  while (FCGX_Accept_r(&request) == 0) {
    FCGX_PutS("Status: 200\r\nContent-Type: application/json\r\n\r\n{}", request.out);
    FCGX_Finish_r(&request);
  }
  return EXIT_FAILURE;
}
