// Generated from catalogue/ffi.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `ffi`, recorded by `juce-backend`.
public enum FFI {
    /// Values of the label `function`.
    @frozen public enum Function: UInt8, ClosedLabel {
        case schEngineCreate, schEngineDestroy, schEngineGetVersion, schEngineLoadSong, schEngineGetSong, schEngineCreateDefaultSong, schEngineExportSong, schEngineAudioInit, schEngineAudioStart, schEngineAudioStop, schEngineGetAudioStatus, schEngineSetTransport, schEngineSetTempo, schEngineSetPosition, schEngineSendNoteOn, schEngineSendNoteOff, schEngineAllNotesOff, schEngineSetPerformanceBlend, schEnginePushCommand, schEngineGetPerformanceState, schEngineSetEventCallback, schUuidValidate, schFreeString, schFreeStringArray

        @inlinable public static var count: Int { 24 }
        public static let texts = ["sch_engine_create", "sch_engine_destroy", "sch_engine_get_version", "sch_engine_load_song", "sch_engine_get_song", "sch_engine_create_default_song", "sch_engine_export_song", "sch_engine_audio_init", "sch_engine_audio_start", "sch_engine_audio_stop", "sch_engine_get_audio_status", "sch_engine_set_transport", "sch_engine_set_tempo", "sch_engine_set_position", "sch_engine_send_note_on", "sch_engine_send_note_off", "sch_engine_all_notes_off", "sch_engine_set_performance_blend", "sch_engine_push_command", "sch_engine_get_performance_state", "sch_engine_set_event_callback", "sch_uuid_validate", "sch_free_string", "sch_free_string_array"]
    }

    /// Values of the label `code`.
    @frozen public enum Code: UInt8, ClosedLabel {
        case invalidArgument, notFound, rejected, deferred, notImplemented, engineNull, invalidState, parseFailed, validationFailed, `internal`

        @inlinable public static var count: Int { 10 }
        public static let texts = ["invalid_argument", "not_found", "rejected", "deferred", "not_implemented", "engine_null", "invalid_state", "parse_failed", "validation_failed", "internal"]
    }

    /// Buckets of `ffi_call_duration_seconds`.
    @frozen public enum FfiCallDurationSecondsBuckets: Buckets {
        @inlinable public static var count: Int { 13 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_ffi_call_duration_seconds(group, value)
        }
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `ffi_calls_total`: Calls over the engine's C ABI that have ended, by function.
        public let ffiCallsTotal: LabeledBy<Function, Counter<ManyWriters>>
        /// `ffi_errors_total`: Calls over the engine's C ABI that returned a result code other than success.
        public let ffiErrorsTotal: LabeledBy<Function, LabeledBy<Code, Counter<ManyWriters>>>
        /// `ffi_call_duration_seconds`: Duration of calls over the engine's C ABI, by function.
        public let ffiCallDurationSeconds: LabeledBy<Function, Histogram<ManyWriters, Seconds, FfiCallDurationSecondsBuckets>>

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
            ffiCallsTotal = try segment.handle("ffi_calls_total")
            ffiErrorsTotal = try segment.handle("ffi_errors_total")
            ffiCallDurationSeconds = try segment.handle("ffi_call_duration_seconds")
        }
    }

    /// Events of the log, from any thread, also one that plays or draws: wait-free. Make it at
    /// preparation. Without a time, an event costs a look at the clock, too.
    @frozen public struct Events: Sendable {
        @usableFromInline let log: EventLog

        public init(_ segment: Segment) throws(MonitoringError) {
            log = try segment.log()
        }

        /// A call over the engine's C ABI has failed; what is only deferred is not logged. Level: warn.
        @inlinable public func callRefused(function: Function, code: Code, at time: MonotonicTime = .now) {
            log.put(3320230314, time, UInt64(function.rawValue), UInt64(code.rawValue))
        }
    }
}
