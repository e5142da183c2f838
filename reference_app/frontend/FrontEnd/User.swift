/// Somebody at the front end: what they do next, and when. The same seed gives the same person.
import WhiteRoomMonitoring

enum UserAction: Equatable, Sendable {
    case navigate(UI.Screen)
    case play
    case stop
    case loadSong(Int)
    case switchPerformance
    case changeTempo(by: Double)
    case undo
    case redo
    case export
}

struct User {
    /// A while at the desk; then it begins anew.
    static let habits: [UserAction] = [
        .navigate(.mixer), .changeTempo(by: 4), .navigate(.song), .undo, .navigate(.performance),
        .switchPerformance, .redo, .navigate(.settings), .navigate(.export), .export,
        .navigate(.library), .loadSong(1), .navigate(.performance), .switchPerformance,
        .navigate(.song), .stop, .play, .navigate(.library), .loadSong(2), .navigate(.mixer),
        .changeTempo(by: -3), .undo, .navigate(.library), .loadSong(0),
    ]
    static let pauses = Duration.milliseconds(1500)...Duration.milliseconds(4000)

    private let speed: Double
    private var state: UInt64
    private var place = 0
    private var due: MonotonicTime

    /// `speed` divides the pauses.
    init(seed: UInt64, speed: Double = 1, at now: MonotonicTime) {
        self.speed = speed
        state = seed
        due = now
        due = now + pause()
    }

    /// Return what the user does by now, if anything.
    mutating func next(at now: MonotonicTime) -> UserAction? {
        guard now >= due else { return nil }
        defer { place = (place + 1) % Self.habits.count }
        due = now + pause()
        return Self.habits[place]
    }

    /// SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
    private mutating func pause() -> Duration {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        let share = Double((bits ^ bits >> 31) >> 11) / Double(UInt64(1) << 53)
        let range = Self.pauses.upperBound - Self.pauses.lowerBound
        return (Self.pauses.lowerBound + range * share) / speed
    }
}
