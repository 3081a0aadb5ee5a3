#include <benchmarks/weft/cases.hpp>

#include <benchmarks/support/file_and_sink.hpp>
#include <benchmarks/support/stopwatch.hpp>

#include <netio/copy.hpp>
#include <netio/file.hpp>
#include <netio/tcp_stream.hpp>

namespace bench::weft {

json copy_file() {
    constexpr int mebibytes = 256;
    const cached_file source{std::size_t{mebibytes} << 20};
    const sink peer;
    auto socket = netio::tcp_stream::adopt(peer.take_socket());
    auto file = netio::file::open(source.path());
    return {{"ns_per_op", nanoseconds_each(mebibytes, [&] {
                 file.seek(0);
                 netio::copy(file, socket);
             })}};
}

} // namespace bench::weft
