#include <fibers/detail/symbols.hpp>

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

namespace fibers::detail {

namespace {

/// Whether the program itself lies there, and not a library.
bool is_program(std::uintptr_t base) {
    Dl_info program{};
    const auto headers = reinterpret_cast<const void*>(::getauxval(AT_PHDR));
    return ::dladdr(headers, &program) != 0 &&
           reinterpret_cast<std::uintptr_t>(program.dli_fbase) == base;
}

std::string demangled(const char* name) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> readable{
        abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free};
    return readable ? readable.get() : name;
}

std::string hex(std::uintptr_t number) {
    char text[32];
    std::snprintf(text, sizeof text, "0x%zx", number);
    return text;
}

/// `count` objects at that place of the file; none where it ends before.
template <class T>
std::vector<T> objects_at(std::ifstream& file, std::uint64_t offset, std::uint64_t bytes) {
    constexpr std::uint64_t sane = std::uint64_t{1} << 30;
    std::vector<T> objects(bytes < sane ? bytes / sizeof(T) : 0);
    file.clear();
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(reinterpret_cast<char*>(objects.data()),
              static_cast<std::streamsize>(objects.size() * sizeof(T)));
    if (!file)
        objects.clear();
    return objects;
}

} // namespace

std::string symbols::describe(const void* return_address) {
    const auto address = reinterpret_cast<std::uintptr_t>(return_address);
    const place found = find(address);
    if (!found.function.empty())
        return found.function + '+' + hex(found.offset);
    return found.module.empty() ? hex(address) : found.module + '+' + hex(found.offset);
}

std::vector<std::string> symbols::describe_fiber(std::span<void* const> return_addresses) {
    std::vector<std::string> frames;
    for (const void* const address : return_addresses)
        frames.push_back(describe(address));
    const auto begins_with = [](auto... prefix) {
        return [=](const std::string& frame) { return (frame.starts_with(prefix) || ...); };
    };
    const auto bottom = std::find_if(
        frames.begin(), frames.end(),
        begins_with("fibers::detail::worker::serve_from", "fibers::detail::worker_stack_main"));
    frames.erase(bottom, frames.end());
    const auto top = std::find_if_not(
        frames.begin(), frames.end(),
        begins_with("fibers::detail::scratch_stack::call", "fibers::detail::worker::",
                    "fibers::detail::parking::", "fibers::detail::switch_stacks",
                    "fibers::detail::balanced_", "fibers::detail::mutex_watch::"));
    frames.erase(frames.begin(), top);
    return frames;
}

symbols::place symbols::find(std::uintptr_t address) {
    // A return address may be the first of the next function.
    const std::uintptr_t call = address - 1;
    Dl_info module{};
    if (::dladdr(reinterpret_cast<const void*>(call), &module) == 0 || !module.dli_fname)
        return {{}, address, {}};
    const auto base = reinterpret_cast<std::uintptr_t>(module.dli_fbase);
    const table& known = table_of(module.dli_fname, base);
    const auto after =
        std::upper_bound(known.begin(), known.end(), call,
                         [](std::uintptr_t wanted, const symbol& s) { return wanted < s.begin; });
    if (after != known.begin()) {
        const symbol& s = *std::prev(after);
        if (call - s.begin < s.size)
            return {demangled(s.name.c_str()), address - s.begin, {}};
    }
    if (module.dli_sname)
        return {demangled(module.dli_sname),
                address - reinterpret_cast<std::uintptr_t>(module.dli_saddr),
                {}};
    return {{}, address - base, module.dli_fname};
}

const symbols::table& symbols::table_of(const std::string& file, std::uintptr_t base) {
    const auto [entry, fresh] = tables_.try_emplace(base);
    if (fresh) {
        // The program's own name may be relative, or gone.
        entry->second = read(is_program(base) ? "/proc/self/exe" : file, base);
    }
    return entry->second;
}

/// System V ABI, "Symbol Table"; the tables that strip(1) removes.
symbols::table symbols::read(const std::string& path, std::uintptr_t base) {
    table found;
    std::ifstream file{path, std::ios::binary};
    const auto headers = objects_at<ElfW(Ehdr)>(file, 0, sizeof(ElfW(Ehdr)));
    if (headers.empty() || std::memcmp(headers[0].e_ident, ELFMAG, SELFMAG) != 0)
        return found;
    const ElfW(Ehdr)& header = headers[0];
    const std::uintptr_t bias = header.e_type == ET_DYN ? base : 0;
    const auto sections =
        objects_at<ElfW(Shdr)>(file, header.e_shoff, header.e_shnum * sizeof(ElfW(Shdr)));
    for (const ElfW(Shdr) & section : sections) {
        if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size())
            continue;
        const ElfW(Shdr)& strings = sections[section.sh_link];
        auto names = objects_at<char>(file, strings.sh_offset, strings.sh_size);
        names.push_back('\0');
        for (const ElfW(Sym) & s : objects_at<ElfW(Sym)>(file, section.sh_offset, section.sh_size))
            if (ELF64_ST_TYPE(s.st_info) == STT_FUNC && s.st_size > 0 && s.st_name < names.size())
                found.push_back({bias + s.st_value, s.st_size, &names[s.st_name]});
    }
    std::sort(found.begin(), found.end(),
              [](const symbol& a, const symbol& b) { return a.begin < b.begin; });
    return found;
}

} // namespace fibers::detail
