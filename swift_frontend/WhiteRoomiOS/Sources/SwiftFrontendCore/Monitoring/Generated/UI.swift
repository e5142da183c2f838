// Generated from catalogue/ui.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `ui`, recorded by `swift-frontend`.
public enum UI {
    /// Values of the label `screen`.
    @frozen public enum Screen: UInt8, ClosedLabel {
        case library, mixer, performance, song, export, settings

        @inlinable public static var count: Int { 6 }
        public static let texts = ["library", "mixer", "performance", "song", "export", "settings"]
    }

    /// Values of the label `action`.
    @frozen public enum Action: UInt8, ClosedLabel {
        case play, stop, record, loadSong, switchPerformance, edit, export, navigate, undo, redo

        @inlinable public static var count: Int { 10 }
        public static let texts = ["play", "stop", "record", "load_song", "switch_performance", "edit", "export", "navigate", "undo", "redo"]
    }

    /// Values of the label `type`.
    @frozen public enum TypeValue: UInt8, ClosedLabel {
        case engine, network, file, validation, memory, other

        @inlinable public static var count: Int { 6 }
        public static let texts = ["engine", "network", "file", "validation", "memory", "other"]
    }

    /// Buckets of `ui_render_time_seconds`.
    @frozen public enum UiRenderTimeSecondsBuckets: Buckets {
        @inlinable public static var count: Int { 12 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_ui_render_time_seconds(group, value)
        }
    }

    /// Buckets of `ui_interaction_time_seconds`.
    @frozen public enum UiInteractionTimeSecondsBuckets: Buckets {
        @inlinable public static var count: Int { 10 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_ui_interaction_time_seconds(group, value)
        }
    }

    /// Buckets of `ui_transition_duration_seconds`.
    @frozen public enum UiTransitionDurationSecondsBuckets: Buckets {
        @inlinable public static var count: Int { 7 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_ui_transition_duration_seconds(group, value)
        }
    }

    /// Buckets of `ui_song_load_duration_seconds`.
    @frozen public enum UiSongLoadDurationSecondsBuckets: Buckets {
        @inlinable public static var count: Int { 8 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_ui_song_load_duration_seconds(group, value)
        }
    }

    /// Buckets of `ui_export_duration_seconds`.
    @frozen public enum UiExportDurationSecondsBuckets: Buckets {
        @inlinable public static var count: Int { 9 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_ui_export_duration_seconds(group, value)
        }
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `ui_interaction_time_seconds`: Time from a user's action to the first frame that shows its effect.
        public let uiInteractionTimeSeconds: Histogram<ManyWriters, Seconds, UiInteractionTimeSecondsBuckets>
        /// `ui_transition_duration_seconds`: Duration of transitions between screens.
        public let uiTransitionDurationSeconds: LabeledBy<Screen, Histogram<ManyWriters, Seconds, UiTransitionDurationSecondsBuckets>>
        /// `ui_user_actions_total`: Actions of users, by kind.
        public let uiUserActionsTotal: LabeledBy<Action, Counter<ManyWriters>>
        /// `ui_song_load_duration_seconds`: Time from choosing a song until it can be played.
        public let uiSongLoadDurationSeconds: Histogram<ManyWriters, Seconds, UiSongLoadDurationSecondsBuckets>
        /// `ui_export_duration_seconds`: Duration of exports to an audio file.
        public let uiExportDurationSeconds: Histogram<ManyWriters, Seconds, UiExportDurationSecondsBuckets>
        /// `ui_active_sessions`: Sessions in which a user is at work.
        public let uiActiveSessions: UpDownCounter<ManyWriters>
        /// `ui_errors_total`: Errors shown to users, by type.
        public let uiErrorsTotal: LabeledBy<TypeValue, Counter<ManyWriters>>

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
            uiInteractionTimeSeconds = try segment.handle("ui_interaction_time_seconds")
            uiTransitionDurationSeconds = try segment.handle("ui_transition_duration_seconds")
            uiUserActionsTotal = try segment.handle("ui_user_actions_total")
            uiSongLoadDurationSeconds = try segment.handle("ui_song_load_duration_seconds")
            uiExportDurationSeconds = try segment.handle("ui_export_duration_seconds")
            uiActiveSessions = try segment.handle("ui_active_sessions")
            uiErrorsTotal = try segment.handle("ui_errors_total")
        }
    }

    /// Metrics of one instance: a callback, a plug-in or a display, recorded by one
    /// thread at a time. Make it at preparation; its handles don't outlive it.
    public struct Realtime: ~Copyable {
        /// `ui_render_time_seconds`: Time that the drawing of one frame took.
        public let uiRenderTimeSeconds: Histogram<OneWriter, Seconds, UiRenderTimeSecondsBuckets>
        /// `ui_frames_total`: Frames drawn; the rate is the frame rate.
        public let uiFramesTotal: Counter<OneWriter>
        /// `ui_frames_dropped_total`: Refreshes of the display that came before their frame was drawn.
        public let uiFramesDroppedTotal: Counter<OneWriter>

        let instance: Instance
    }

    /// Events of the log, from any thread, also one that plays or draws: wait-free. Make it at
    /// preparation. Without a time, an event costs a look at the clock, too.
    @frozen public struct Events: Sendable {
        @usableFromInline let log: EventLog

        public init(_ segment: Segment) throws(MonitoringError) {
            log = try segment.log()
        }

        /// The song that the user has chosen has been loaded, and the screen shows it. Level: info.
        @inlinable public func songShown(song: LogText, at time: MonotonicTime = .now) {
            log.put(4245387170, time, song.bits)
        }

        /// A refresh of the display came before its frame was drawn; logged for the first of several in a row. Level: warn.
        @inlinable public func frameDropped(lateSeconds: Double, refreshes: Int64, at time: MonotonicTime = .now) {
            log.put(3098148759, time, lateSeconds.bitPattern, UInt64(bitPattern: refreshes))
        }
    }
}

extension UI.Realtime {
    public init(_ segment: Segment) throws(MonitoringError) {
        let taken = try Instance(segment, domain: "ui")
        self.init(
            uiRenderTimeSeconds: try taken.handle("ui_render_time_seconds"),
            uiFramesTotal: try taken.handle("ui_frames_total"),
            uiFramesDroppedTotal: try taken.handle("ui_frames_dropped_total"),
            instance: taken)
    }
}
