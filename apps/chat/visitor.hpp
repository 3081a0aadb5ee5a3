#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

/// How somebody is connected to the room: lines of text both ways, whatever carries them.
///
/// May be used by one fiber that reads and one that writes; hang_up() by anybody.
class visitor {
  public:
    static constexpr std::size_t longest_line = 1024; ///< bytes

    /// The next line, there until the call after this; none when they have left.
    /// *Suspends until* it has come.
    /// *Fails with* std::errc::message_size where it is too long; as the connection does.
    virtual std::optional<std::string_view> read_line(std::error_code& ec) = 0;

    /// `line` ends in "\n".
    /// *Suspends until* it has been taken. *Fails as* the connection does.
    virtual void write_line(std::string_view line) = 0;

    /// Nothing more is read from them: read_line() ends, one that waits included. Never suspends.
    virtual void hang_up() noexcept = 0;

    /// Nothing more will be written to them.
    /// *Fails as* the connection does.
    virtual void finish() = 0;

  protected:
    ~visitor() = default;
};
