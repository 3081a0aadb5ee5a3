// A user's program that wants TLS: it is enough that it links, and finds the system's authorities.

#include <netio/tls.hpp>

int main() {
    const netio::tls_client_context context;
}
