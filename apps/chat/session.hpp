#pragma once

#include <apps/chat/room.hpp>

#include <netio/buffered_reader.hpp>
#include <netio/tcp_stream.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

/// One connection to the room, from the question for a name to the end.
class session {
  public:
    session(netio::tcp_stream stream, room& room, std::size_t queue)
        : stream_{std::move(stream)}, room_{room}, queue_{queue} {}

    /// *Suspends until* the peer leaves or is put out.
    /// *Fails with* std::system_error where the connection breaks.
    void run();

  private:
    /// Null: the peer has gone without telling a name.
    std::shared_ptr<member> admit();
    void listen_to(const std::shared_ptr<member>&);
    void obey(const std::shared_ptr<member>&, std::string_view command);
    void write_to(member&);

    static constexpr std::size_t longest_line = 1024;

    netio::tcp_stream stream_;
    netio::buffered_reader<netio::tcp_stream> reader_{stream_, longest_line};
    room& room_;
    const std::size_t queue_;
    bool put_out_ = false;
    bool quits_ = false;
};
