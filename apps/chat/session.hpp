#pragma once

#include <apps/chat/room.hpp>
#include <apps/chat/visitor.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

/// What somebody does in the room, from the question for a name to the end.
class session {
  public:
    session(visitor& who, room& room, std::size_t queue)
        : visitor_{who}, room_{room}, queue_{queue} {}

    /// *Suspends until* the peer leaves or is put out.
    /// *Fails with* std::system_error where the connection breaks.
    void run();

  private:
    /// Null: the peer has gone without telling a name.
    std::shared_ptr<member> admit();
    void listen_to(const std::shared_ptr<member>&);
    void obey(const std::shared_ptr<member>&, std::string_view command);
    void write_to(member&);

    visitor& visitor_;
    room& room_;
    const std::size_t queue_;
    bool put_out_ = false;
    bool quits_ = false;
};
