/// What recording costs in Swift: ours against C++, a lock and a plain atomic, in batches that take
/// turns. Prints one JSON object a line, nanoseconds for one call and the ratio of each pair's
/// median, for benchmarks/swift.py.
import BenchmarkLoops
import Synchronization
import WhiteRoomMonitoring

let rounds: UInt64 = 2_000_000
let pairs = 15

/// Where everything is recorded, and what.
struct Bench {
    let cells: UnsafeMutablePointer<UInt64>
    let lost: UnsafeMutablePointer<UInt64>
    /// Nanoseconds, and the same as durations.
    let values: UnsafeMutablePointer<Int64>
    let durations: UnsafeMutablePointer<Duration>

    init() {
        cells = .allocate(capacity: 1024)
        cells.initialize(repeating: 0, count: 1024)
        lost = cells + 512
        values = .allocate(capacity: 1024)
        values.initialize(from: observations(), count: 1024)
        durations = .allocate(capacity: 1024)
        durations.initialize(from: observations().map { .nanoseconds($0) }, count: 1024)
    }
}

/// Durations that a predictor can't learn: all buckets are used.
func observations() -> [Int64] {
    var state: UInt64 = 1
    return (0..<1024).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int64((state >> 33) % 300_000_000)
    }
}

@inline(__always) func nanosecondsEach(_ body: () -> Void) -> Double {
    let began = MonotonicTime.now
    body()
    return Double(MonotonicTime.now.nanoseconds(since: began)) / Double(rounds)
}

func median(_ values: [Double]) -> Double {
    values.sorted()[values.count / 2]
}

func compare(_ name: String, ours: () -> Void, peer: () -> Void) {
    var measured: [(ours: Double, peer: Double)] = []
    for _ in 0...pairs { measured.append((nanosecondsEach(ours), nanosecondsEach(peer))) }
    measured.removeFirst()  // warms up
    let ratio = median(measured.map { $0.ours / $0.peer })
    let (ours, peer) = (median(measured.map(\.ours)), median(measured.map(\.peer)))
    print("{\"name\": \"\(name)\", \"ours\": \(ours), \"peer\": \(peer), \"ratio\": \(ratio)}")
}

/// A histogram as a lock would guard it.
struct LockedHistogram: ~Copyable {
    struct State {
        var buckets = [UInt64](repeating: 0, count: 13)
        var sum: Int64 = 0
    }
    static let bounds: [Int64] = [1, 2, 4, 6, 8, 12, 17, 25, 33, 50, 100, 250].map { $0 * 1_000_000 }
    let state = Mutex(State())

    func observe(_ value: Int64) {
        let bucket = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
        state.withLock {
            $0.buckets[bucket] += 1
            $0.sum += value
        }
    }
}

func againstCpp(_ bench: Bench) {
    let (cells, lost, values) = (bench.cells, bench.lost, bench.values)
    let realtime = Counter<OneWriter>(cells: cells, lost: lost)
    compare("counter, realtime, against C++") {
        for _ in 0..<rounds { realtime.increment(); benchmark_clobber() }
    } peer: {
        cpp_increment_realtime(cells, rounds)
    }
    let any = Counter<ManyWriters>(cells: cells, lost: lost)
    compare("counter, any thread, against C++") {
        for _ in 0..<rounds { any.increment(); benchmark_clobber() }
    } peer: {
        cpp_increment_any(cells, rounds)
    }
    let actions = LabeledBy<UI.Action, Counter<ManyWriters>>(cells: cells, lost: lost)
    let all = UI.Action.allCases
    compare("labelled counter, any thread, against C++") {
        for i in 0..<rounds { actions[all[Int(i & 7)]].increment(); benchmark_clobber() }
    } peer: {
        cpp_increment_labelled(cells, rounds)
    }
    let frames = Histogram<OneWriter, Seconds, UI.UiRenderTimeSecondsBuckets>(cells: cells, lost: lost)
    compare("histogram, realtime, against C++") {
        for i in 0..<rounds { frames.observe(nanoseconds: values[Int(i & 1023)]); benchmark_clobber() }
    } peer: {
        cpp_observe_realtime(cells, values, rounds)
    }
    let effects = Histogram<ManyWriters, Seconds, UI.UiInteractionTimeSecondsBuckets>(
        cells: cells, lost: lost)
    compare("histogram, any thread, against C++") {
        for i in 0..<rounds { effects.observe(nanoseconds: values[Int(i & 1023)]); benchmark_clobber() }
    } peer: {
        cpp_observe_any(cells, values, rounds)
    }
    compare("histogram given a Duration, against C++") {
        for i in 0..<rounds {
            frames.observe(bench.durations[Int(i & 1023)])
            benchmark_clobber()
        }
    } peer: {
        cpp_observe_realtime(cells, values, rounds)
    }
}

func againstTheUsual(_ bench: Bench) {
    let (cells, lost, values) = (bench.cells, bench.lost, bench.values)
    let realtime = Counter<OneWriter>(cells: cells, lost: lost)
    let any = Counter<ManyWriters>(cells: cells, lost: lost)
    let frames = Histogram<OneWriter, Seconds, UI.UiRenderTimeSecondsBuckets>(cells: cells, lost: lost)
    let locked = Mutex<UInt64>(0)
    let atomic = Atomic<UInt64>(0)
    let lockedHistogram = LockedHistogram()
    compare("counter, any thread, against an Atomic") {
        for _ in 0..<rounds { any.increment(); benchmark_clobber() }
    } peer: {
        for _ in 0..<rounds { atomic.wrappingAdd(1, ordering: .relaxed); benchmark_clobber() }
    }
    compare("counter, realtime, against an Atomic") {
        for _ in 0..<rounds { realtime.increment(); benchmark_clobber() }
    } peer: {
        for _ in 0..<rounds { atomic.wrappingAdd(1, ordering: .relaxed); benchmark_clobber() }
    }
    compare("counter, any thread, against a Mutex") {
        for _ in 0..<rounds { any.increment(); benchmark_clobber() }
    } peer: {
        for _ in 0..<rounds { locked.withLock { $0 += 1 }; benchmark_clobber() }
    }
    compare("histogram, realtime, against a Mutex") {
        for i in 0..<rounds { frames.observe(nanoseconds: values[Int(i & 1023)]); benchmark_clobber() }
    } peer: {
        for i in 0..<rounds { lockedHistogram.observe(values[Int(i & 1023)]); benchmark_clobber() }
    }
}

let bench = Bench()
againstCpp(bench)
againstTheUsual(bench)
