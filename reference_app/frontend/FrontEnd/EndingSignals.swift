/// The signals that end the program: they wait until the loop of frames asks for them.
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

struct EndingSignals {
    private static let numbers = [SIGTERM, SIGINT]

    /// Block them, in this thread and in all that it starts from now on.
    init() {
        var ending = sigset_t()
        sigemptyset(&ending)
        for number in Self.numbers { sigaddset(&ending, number) }
        pthread_sigmask(SIG_BLOCK, &ending, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Whether one of them has come.
    var haveCome: Bool {
        var waiting = sigset_t()
        sigpending(&waiting)
        return Self.numbers.contains { sigismember(&waiting, $0) == 1 }
    }
}
