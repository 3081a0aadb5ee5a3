#include <apps/http_server/conditions.hpp>

#include <netio/http/date.hpp>

#include <string_view>

using netio::http::field;
using netio::http::parse_http_date;
using netio::http::request;

namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == text.npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Whether a list of entity tags, "a", W/"b", or *, has this one. A comma in a tag is none between two.
bool list_has(std::string_view list, std::string_view tag, bool weak_will_do) {
    list = trimmed(list);
    if (list == "*")
        return true;
    while (!list.empty()) {
        const bool is_weak = list.starts_with("W/");
        if (is_weak)
            list.remove_prefix(2);
        const std::size_t end = list.starts_with('"') ? list.find('"', 1) : list.npos;
        if (end == list.npos)
            return false;
        if (list.substr(0, end + 1) == tag && (weak_will_do || !is_weak))
            return true;
        list = trimmed(list.substr(end + 1));
        if (!list.starts_with(','))
            return false;
        list = trimmed(list.substr(1));
    }
    return false;
}

} // namespace

verdict judge(const request& question, const document& file) {
    if (question.contains(field::if_match)) {
        if (!list_has(question[field::if_match], file.entity_tag, false))
            return verdict::failed;
    } else if (const auto since = parse_http_date(question[field::if_unmodified_since])) {
        if (file.modified > *since)
            return verdict::failed;
    }
    if (question.contains(field::if_none_match)) {
        if (list_has(question[field::if_none_match], file.entity_tag, true))
            return verdict::not_modified;
    } else if (const auto since = parse_http_date(question[field::if_modified_since])) {
        if (file.modified <= *since)
            return verdict::not_modified;
    }
    return verdict::proceed;
}

bool range_is_wanted(const request& question, const document& file) {
    if (!question.contains(field::if_range))
        return true;
    const std::string_view condition = question[field::if_range];
    return condition == file.entity_tag || condition == file.last_modified;
}
