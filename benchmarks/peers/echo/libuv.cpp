// libuv: one loop, callbacks per connection, an attempt to write at once before a queued write.

#include <benchmarks/support/listening_socket.hpp>
#include <benchmarks/support/server_options.hpp>

#include <uv.h>

#include <array>
#include <csignal>
#include <cstring>
#include <memory>

namespace {

std::array<char, 1024> buffer; // shared: a read is answered or copied before the next one

void on_close(uv_handle_t* handle) {
    delete reinterpret_cast<uv_tcp_t*>(handle);
}

void close(uv_stream_t* stream) {
    auto* handle = reinterpret_cast<uv_handle_t*>(stream);
    if (!uv_is_closing(handle))
        uv_close(handle, on_close);
}

void allocate(uv_handle_t*, std::size_t, uv_buf_t* result) {
    *result = uv_buf_init(buffer.data(), buffer.size());
}

void on_read(uv_stream_t* stream, ssize_t received, const uv_buf_t*);

struct queued_write {
    uv_write_t request;
    std::array<char, 1024> bytes;
};

void on_written(uv_write_t* request, int status) {
    const std::unique_ptr<queued_write> done{static_cast<queued_write*>(request->data)};
    if (status < 0)
        close(request->handle);
    else
        uv_read_start(request->handle, allocate, on_read);
}

/// Stops reading until the peer has taken what it did not take at once.
void write_later(uv_stream_t* stream, const char* data, unsigned size) {
    auto* write = new queued_write;
    std::memcpy(write->bytes.data(), data, size);
    write->request.data = write;
    uv_read_stop(stream);
    const uv_buf_t rest = uv_buf_init(write->bytes.data(), size);
    if (uv_write(&write->request, stream, &rest, 1, on_written) != 0) {
        delete write;
        close(stream);
    }
}

void on_read(uv_stream_t* stream, ssize_t received, const uv_buf_t*) {
    if (received < 0)
        return close(stream);
    if (received == 0)
        return;
    const auto size = static_cast<unsigned>(received);
    const uv_buf_t all = uv_buf_init(buffer.data(), size);
    const int sent = uv_try_write(stream, &all, 1);
    if (sent == received)
        return;
    if (sent < 0 && sent != UV_EAGAIN)
        return close(stream);
    const unsigned begin = sent < 0 ? 0 : static_cast<unsigned>(sent);
    write_later(stream, buffer.data() + begin, size - begin);
}

void on_connection(uv_stream_t* listener, int status) {
    if (status < 0)
        return;
    auto* client = new uv_tcp_t;
    uv_tcp_init(listener->loop, client);
    auto* stream = reinterpret_cast<uv_stream_t*>(client);
    if (uv_accept(listener, stream) == 0)
        uv_read_start(stream, allocate, on_read);
    else
        close(stream);
}

} // namespace

int main(int argc, char** argv) {
    const auto options = bench::parse_server_options(argc, argv);
    std::signal(SIGPIPE, SIG_IGN);
    const int socket = bench::open_listening_socket(options.port);
    uv_tcp_t listener;
    uv_tcp_init(uv_default_loop(), &listener);
    uv_tcp_open(&listener, socket);
    uv_listen(reinterpret_cast<uv_stream_t*>(&listener), SOMAXCONN, on_connection);
    bench::announce(socket);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
