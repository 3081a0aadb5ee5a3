#include <netio/detail/tls_bio.hpp>

#include <new>

namespace netio::detail {
namespace {

tls_bytes& bytes_of(BIO* bio) noexcept {
    return *static_cast<tls_bytes*>(BIO_get_data(bio));
}

int read(BIO* bio, char* into, std::size_t size, std::size_t* count) noexcept {
    BIO_clear_retry_flags(bio);
    *count = bytes_of(bio).input.take(std::as_writable_bytes(std::span{into, size}));
    if (*count != 0)
        return 1;
    BIO_set_retry_read(bio);
    return 0;
}

int write(BIO* bio, const char* from, std::size_t size, std::size_t* count) noexcept try {
    BIO_clear_retry_flags(bio);
    bytes_of(bio).output.append(std::as_bytes(std::span{from, size}));
    *count = size;
    return 1;
} catch (const std::bad_alloc&) {
    return 0;
}

long control(BIO*, int command, long, void*) noexcept {
    return command == BIO_CTRL_FLUSH; // nothing is held back, and nothing else is known here
}

const BIO_METHOD* make_method() {
    BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "netio");
    if (!method)
        throw std::bad_alloc{};
    BIO_meth_set_read_ex(method, read);
    BIO_meth_set_write_ex(method, write);
    BIO_meth_set_ctrl(method, control);
    return method;
}

} // namespace

bio_ptr make_tls_bio(tls_bytes& bytes) {
    static const BIO_METHOD* const method = make_method();
    bio_ptr bio{BIO_new(method)};
    if (!bio)
        throw std::bad_alloc{};
    BIO_set_data(bio.get(), &bytes);
    BIO_set_init(bio.get(), 1);
    return bio;
}

} // namespace netio::detail
