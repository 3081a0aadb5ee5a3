#include <apps/chat/room.hpp>

#include <fmt/format.h>

#include <mutex>
#include <utility>

bool room::enter(const std::shared_ptr<member>& newcomer) {
    const std::scoped_lock lock{mutex_};
    if (!members_.emplace(newcomer->name(), newcomer).second)
        return false;
    announce(fmt::format("* {} enters\n", newcomer->name()));
    return true;
}

void room::leave(const std::shared_ptr<member>& leaver) {
    const std::scoped_lock lock{mutex_};
    leaver->unread_.close();
    const auto at = members_.find(leaver->name());
    if (at == members_.end() || at->second != leaver)
        return;
    members_.erase(at);
    announce(fmt::format("* {} leaves\n", leaver->name()));
}

void room::say(const member& speaker, std::string_view text) {
    const std::scoped_lock lock{mutex_};
    announce(fmt::format("{}: {}\n", speaker.name(), text));
}

void room::tell(const std::shared_ptr<member>& whom, std::string text) {
    const std::scoped_lock lock{mutex_};
    if (!hand(*whom, std::make_shared<const std::string>(std::move(text))))
        slow_.push_back(whom);
    put_out_the_slow();
}

std::vector<std::string> room::names() const {
    const std::scoped_lock lock{mutex_};
    std::vector<std::string> names;
    for (const auto& [name, who] : members_)
        names.push_back(name);
    return names;
}

void room::announce(std::string text) {
    const auto line = std::make_shared<const std::string>(std::move(text));
    for (const auto& [name, who] : members_)
        if (!hand(*who, line))
            slow_.push_back(who);
    put_out_the_slow();
}

/// False: there is no room in their queue.
bool room::hand(member& whom, const shared_line& line) {
    std::error_code closed; // they are on their way out
    return whom.unread_.try_send(line, closed) || closed;
}

/// That is news, too, and may find the next who is slow.
void room::put_out_the_slow() {
    while (!slow_.empty()) {
        const auto gone = std::move(slow_.back());
        slow_.pop_back();
        if (members_.erase(gone->name()) == 0)
            continue;
        gone->drop_(); // first: the end of the queue finds it done
        gone->unread_.close();
        announce(fmt::format("* {} does not keep up and is put out\n", gone->name()));
    }
}
