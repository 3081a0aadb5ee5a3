#pragma once

#include <netio/buffer.hpp>
#include <netio/stream.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <istream>
#include <memory>
#include <streambuf>
#include <system_error>
#include <type_traits>

namespace netio {

/// A std::streambuf on a stream, which must live longer. Before it waits for input it flushes its
/// output, so that a question is asked before the answer is awaited.
///
/// *May be used by* one fiber or thread at a time.
template <stream S>
class stream_buffer : public std::streambuf {
  public:
    explicit stream_buffer(S& stream) : stream_{&stream}, buffers_{std::make_unique<buffers>()} {
        setp(buffers_->output.data(), buffers_->output.data() + size);
    }
    stream_buffer(const stream_buffer&) = delete;
    stream_buffer& operator=(const stream_buffer&) = delete;

    /// Flushes, as std::filebuf's does; a failure shows nowhere.
    ~stream_buffer() override { stream_buffer::sync(); }

    /// Why the last operation failed, where it did.
    const std::error_code& error() const noexcept { return error_; }

  protected:
    int_type underflow() override {
        if (sync() != 0)
            return traits_type::eof();
        const std::size_t count =
            stream_->read(std::as_writable_bytes(std::span{buffers_->input}), error_);
        if (error_ || count == 0)
            return traits_type::eof();
        setg(buffers_->input.data(), buffers_->input.data(), buffers_->input.data() + count);
        return traits_type::to_int_type(*gptr());
    }

    int_type overflow(int_type c) override {
        if (sync() != 0)
            return traits_type::eof();
        if (!traits_type::eq_int_type(c, traits_type::eof())) {
            *pptr() = traits_type::to_char_type(c);
            pbump(1);
        }
        return traits_type::not_eof(c);
    }

    int sync() override {
        const std::span<const char> pending{pbase(), pptr()};
        error_.clear();
        if (pending.empty())
            return 0;
        const std::size_t taken = stream_->write_all(std::as_bytes(pending), error_);
        // What was not taken stays, for another attempt.
        std::copy(pbase() + taken, pptr(), pbase());
        setp(pbase(), epptr());
        pbump(static_cast<int>(pending.size() - taken));
        return error_ ? -1 : 0;
    }

  private:
    static constexpr std::size_t size = 4096;

    // Apart from the object, which lies on a fiber's stack as a rule.
    struct buffers {
        std::array<char, size> input, output;
    };

    S* stream_;
    std::unique_ptr<buffers> buffers_;
    std::error_code error_;
};

/// A std::iostream on a stream, which must live longer; after a failure the state says badbit where it
/// was writing, eofbit where it was reading, and error() the reason.
///
///     netio::iostream io{stream};
///     io << "hello\n" << std::flush;
///     std::getline(io, answer);
///
/// *May be used by* one fiber or thread at a time.
template <stream S>
class iostream : public std::iostream {
  public:
    explicit iostream(S& stream) : std::iostream{nullptr}, buffer_{stream} { rdbuf(&buffer_); }

    /// Why the last operation failed, where it did; at the mere end of the stream there is none.
    const std::error_code& error() const noexcept { return buffer_.error(); }

  private:
    stream_buffer<S> buffer_;
};

} // namespace netio
