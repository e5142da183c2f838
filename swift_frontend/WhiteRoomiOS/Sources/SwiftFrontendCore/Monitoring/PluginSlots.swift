/// Where the plug-ins of a mixer record what they cost.
import WhiteRoomMonitoringCore

/// A channel of the mixer and the plug-ins in it, as the metrics name them.
public struct ChannelNames: Sendable {
    public let channel: String
    public let plugins: [String]

    public init(_ channel: String, plugins: [String] = []) {
        self.channel = channel
        self.plugins = plugins
    }
}

/// Where the plug-ins that one thread renders record what they cost. They are numbered through,
/// channel by channel. What is recorded under the same names, also in other slots, adds up. Slots may
/// end while they are in use; their series then make room for others.
public final class PluginSlots: @unchecked Sendable {
    // Unchecked: the core's cells are written by one thread at a time, which is the caller's part,
    // and a thread that renders plug-ins is rarely one that Swift knows.
    let core: OpaquePointer

    init(_ metrics: OpaquePointer, _ channels: [ChannelNames]) throws(MonitoringError) {
        var made: OpaquePointer?
        let texts = channels.flatMap { [$0.channel] + $0.plugins }
        let problem = withCStrings(texts) { texts in
            var next = texts.baseAddress
            let names = channels.map { channel in
                defer { next = next.map { $0 + 1 + channel.plugins.count } }
                return wrm_channel_names(
                    channel: next?.pointee, plugins: next.map { $0 + 1 },
                    plugin_count: channel.plugins.count)
            }
            return wrm_plugin_slots_make(metrics, names, names.count, &made)
        }
        try throwIfAny(problem)
        core = made!
    }

    deinit {
        wrm_plugin_slots_free(core)
    }

    /// A plug-in has been rendered; its time counts as its channel's, too. One that isn't there is
    /// counted as lost. Wait-free, one thread at a time.
    public func pluginRendered(_ plugin: Int, took: Duration) {
        wrm_plugin_slots_rendered(core, plugin, took.inNanoseconds)
    }
}

extension AudioStreamMetrics {
    /// Make the slots for the plug-ins of a mixer, or of what one of several threads renders. May
    /// lock and allocate.
    public func pluginSlots(_ channels: [ChannelNames]) throws(MonitoringError) -> PluginSlots {
        try PluginSlots(core, channels)
    }
}

extension AudioMetrics {
    /// Look at these slots in the callbacks to come: one of them for each thread that renders
    /// plug-ins. Those beyond 64 are left out and counted as lost. Wait-free.
    public func use(_ slots: [PluginSlots]) {
        let count = min(slots.count, 65)
        withUnsafeTemporaryAllocation(of: OpaquePointer?.self, capacity: 65) { cores in
            for place in 0..<count { cores[place] = slots[place].core }
            wrm_audio_metrics_use(stream.core, cores.baseAddress, count)
        }
    }

    /// The plug-in that took longest in the last callback, and the place of its slots among those in
    /// use; nil before there is one. Wait-free.
    public var mostExpensive: (slots: Int, plugin: Int)? {
        var place = wrm_plugin_place()
        guard wrm_audio_metrics_most_expensive(stream.core, &place) else { return nil }
        return (place.slots, place.plugin)
    }
}
