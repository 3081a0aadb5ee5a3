#pragma once

#include <fibers/sync/channel.hpp>
#include <fibers/sync/mutex.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// A line on its way to everyone in the room: one string for all of them.
using shared_line = std::shared_ptr<const std::string>;

/// Somebody in the room, and what they have not read yet.
class member {
  public:
    /// `drop` ends their connection; it must not suspend.
    member(std::string name, std::size_t queue, std::function<void()> drop)
        : name_{std::move(name)}, unread_{queue}, drop_{std::move(drop)} {}

    const std::string& name() const noexcept { return name_; }

    /// What to send them: ends when they leave or are dropped.
    fibers::channel<shared_line>& unread() noexcept { return unread_; }

  private:
    friend class room;

    const std::string name_;
    fibers::channel<shared_line> unread_;
    const std::function<void()> drop_;
};

/// Who is there, and what is said. Nothing in it waits for a member: who does not read gets as many lines
/// as a queue holds and is then put out.
///
/// May be used by any number of fibers at once.
class room {
  public:
    /// False: somebody has that name already.
    bool enter(const std::shared_ptr<member>&);
    /// Does nothing for whom has been dropped.
    void leave(const std::shared_ptr<member>&);

    /// To everybody, the speaker included.
    void say(const member& speaker, std::string_view text);
    /// To one alone.
    void tell(const std::shared_ptr<member>&, std::string text);

    /// In the order of the alphabet.
    std::vector<std::string> names() const;

  private:
    void announce(std::string text);
    bool hand(member&, const shared_line&);
    void put_out_the_slow();

    mutable fibers::mutex mutex_;
    std::map<std::string, std::shared_ptr<member>, std::less<>> members_;
    std::vector<std::shared_ptr<member>> slow_; ///< found while something was handed round
};
