// What gdb says of the fibers of a program, live and from a core file, without having been told anything but
// that it may trust the program.

#include <tests/apps/process.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class Gdb : public testing::Test {
  protected:
    test::temporary_folder folder;

    void SetUp() override {
        if (!is_installed("gdb"))
            GTEST_SKIP() << "no gdb here";
    }

    /// A shell in the folder that lets the program leave a core file, and becomes it.
    process hung_program() const {
        return process{{"sh", "-c",
                        "cd " + folder.path() + "; ulimit -c unlimited; exec " + WEFT_HUNG_PROGRAM +
                            " inspect"}};
    }

    /// What gdb says to these commands about the program.
    std::string ask(const std::vector<std::string>& target,
                    const std::vector<std::string>& commands) const {
        const std::string trusted = std::filesystem::path{WEFT_HUNG_PROGRAM}.parent_path();
        std::vector<std::string> words{"gdb", "-batch", "-nx", "-iex",
                                       "set auto-load safe-path " + trusted};
        words.insert(words.end(), target.begin(), target.end());
        for (const std::string& command : commands)
            words.insert(words.end(), {"-ex", "echo \\n$ " + command + "\\n", "-ex", command});
        const finished gdb = run(words);
        return gdb.out + gdb.err;
    }

    /// Whether this gdb, or what surrounds it, keeps it from what is to be tested.
    static bool cannot(const std::string& said) {
        return said.find("ptrace: Operation not permitted") != said.npos ||
               said.find("Python scripting is not supported") != said.npos;
    }
};

/// From the command to the next one.
std::string answer_to(const std::string& command, const std::string& said) {
    const std::string asked = "\n$ " + command + '\n';
    const std::size_t begin = said.find(asked);
    return begin == said.npos ? "" : said.substr(begin, said.find("\n$ ", begin + 1) - begin);
}

void expect_fibers(const std::string& said) {
    EXPECT_THAT(answer_to("info fibers", said),
                AllOf(HasSubstr("\"guilty\" runs"),
                      ContainsRegex("\"patient\" waits for a mutex \\(0x[0-9a-f]+\\)"),
                      HasSubstr("\"sleepy\" waits for a moment"),
                      ContainsRegex("\"main of hung\" waits for the end of fiber 0x[0-9a-f]+ "
                                    "\"guilty\"")));
    EXPECT_THAT(answer_to("fiber patient", said), HasSubstr("\"patient\" waits for a mutex"));
    EXPECT_THAT(answer_to("bt -frame-arguments none", said), HasSubstr("wait_patiently"));
    EXPECT_THAT(answer_to("fiber guilty", said), HasSubstr("compute_for_ever"));
    EXPECT_THAT(answer_to("fiber apply all bt", said),
                AllOf(HasSubstr("compute_for_ever"), HasSubstr("wait_patiently"),
                      HasSubstr("sleep_until"), HasSubstr(" main (")));
}

const std::vector<std::string> questions{"info fibers", "fiber patient", "bt -frame-arguments none",
                                         "fiber guilty", "fiber apply all bt"};

TEST_F(Gdb, ShowsTheFibersOfALiveProgram) {
    const process hung = hung_program();
    hung.wait_for("hangs");
    const std::string said = ask({"-p", std::to_string(hung.id())}, questions);
    if (cannot(said))
        GTEST_SKIP() << said;
    expect_fibers(said);
}

TEST_F(Gdb, ShowsTheFibersInACoreFile) {
    std::string pattern;
    std::ifstream{"/proc/sys/kernel/core_pattern"} >> pattern;
    if (pattern != "core")
        GTEST_SKIP() << "core files go elsewhere here: " << pattern;
    process hung = hung_program();
    hung.wait_for("hangs");
    hung.signal(SIGABRT);
    EXPECT_EQ(hung.wait(), 128 + SIGABRT);
    std::string core = folder / "core";
    if (const std::string with_id = core + '.' + std::to_string(hung.id());
        std::filesystem::exists(with_id)) // kernel.core_uses_pid
        core = with_id;
    if (!std::filesystem::exists(core))
        GTEST_SKIP() << "no core files here";
    const std::string said = ask({WEFT_HUNG_PROGRAM, core}, questions);
    if (cannot(said))
        GTEST_SKIP() << said;
    expect_fibers(said);
}

TEST_F(Gdb, ReturnsToTheThreadAndSaysWhatIsWrong) {
    const process hung = hung_program();
    hung.wait_for("hangs");
    const std::string said =
        ask({"-p", std::to_string(hung.id())},
            {"fiber patient", "fiber off", "frame", "fiber nobody", "fiber apply", "fiber"});
    if (cannot(said))
        GTEST_SKIP() << said;
    EXPECT_THAT(answer_to("frame", said),
                AllOf(HasSubstr("compute_for_ever"), Not(HasSubstr("wait_patiently"))));
    EXPECT_THAT(said, HasSubstr("No fiber nobody; info fibers lists them."));
    EXPECT_THAT(said, HasSubstr("fiber N, fiber NAME, fiber off, or fiber apply all COMMAND"));
}

} // namespace
