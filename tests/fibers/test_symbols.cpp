#include <fibers/detail/symbols.hpp>

#include <dlfcn.h>

#include <string>

#include <gtest/gtest.h>

[[gnu::noinline]] int of_the_program(int x) {
    asm volatile("");
    return x + 1;
}

namespace {

using fibers::detail::symbols;

std::string described(const void* function) {
    return symbols{}.describe(static_cast<const char*>(function) + 1);
}

TEST(Symbols, NameWhatIsInTheProgram) {
    EXPECT_EQ(described(reinterpret_cast<const void*>(&of_the_program)), "of_the_program(int)+0x1");
}

TEST(Symbols, NameWhatIsInALibraryWithoutASymbolTable) {
    // Such is the C library, as a rule; these lie at its beginning and at its end.
    void* const library = ::dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
    ASSERT_TRUE(library);
    for (const std::string name : {"abort", "exit", "getenv", "qsort", "fputs", "poll", "sendmsg"})
        EXPECT_EQ(described(::dlsym(library, name.c_str())).find(name + "+"), 0u) << name;
    ::dlclose(library);
}

} // namespace
