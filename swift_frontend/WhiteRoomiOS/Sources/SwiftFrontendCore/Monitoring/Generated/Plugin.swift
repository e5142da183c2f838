// Generated from catalogue/plugin.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `plugin`, recorded by `juce-plugin`.
public enum Plugin {
    /// Values of the label `mode`.
    @frozen public enum Mode: UInt8, ClosedLabel {
        case realtime, offline, bypassed

        @inlinable public static var count: Int { 3 }
        public static let texts = ["realtime", "offline", "bypassed"]
    }

    /// Buckets of `plugin_load_ratio`.
    @frozen public enum PluginLoadRatioBuckets: Buckets {
        @inlinable public static var count: Int { 13 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_plugin_load_ratio(group, value)
        }
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `plugin_load_ratio`: Render time of one host callback by the wall clock, all of its parts together, divided by the length of its sound.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func pluginLoadRatio(plugin: String, number: String) throws(MonitoringError) -> Histogram<ManyWriters, Ratio, PluginLoadRatioBuckets> {
            try self.segment.series("plugin_load_ratio", [plugin, number])
        }
        /// `plugin_render_seconds_total`: Render time of one instance of a plug-in by the wall clock; its rate is the share of real time that the instance takes.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func pluginRenderSecondsTotal(plugin: String, number: String) throws(MonitoringError) -> DurationCounter<ManyWriters> {
            try self.segment.series("plugin_render_seconds_total", [plugin, number])
        }
        /// `plugin_blocks_total`: Blocks that hosts have handed over, by what the host wanted of them.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func pluginBlocksTotal(plugin: String) throws(MonitoringError) -> LabeledBy<Mode, Counter<ManyWriters>> {
            try self.segment.series("plugin_blocks_total", [plugin])
        }

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
        }
    }
}
