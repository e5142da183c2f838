/// Records what users do with their music in the front end: sessions at work, songs that load,
/// exports. (Accounts, songs created and features used are the backend's to count, once for all
/// front ends.)
///
/// Wait-free on any thread, except for making it.
public struct BusinessMetrics: Sendable {
    @usableFromInline let metrics: UI.Shared

    /// `segment` is one of the program `swift-frontend`.
    public init(_ segment: Segment) throws(MonitoringError) {
        metrics = try UI.Shared(segment)
    }

    /// A user is at work, until the session that is returned ends.
    @inlinable public func sessionBegan() -> ActiveSession {
        ActiveSession(metrics.uiActiveSessions)
    }

    /// A song that was chosen at `began` can be played.
    @inlinable public func songLoaded(began: MonotonicTime, ended: MonotonicTime = .now) {
        metrics.uiSongLoadDurationSeconds.observe(nanoseconds: ended.nanoseconds(since: began))
    }

    /// An export to an audio file is whole.
    @inlinable public func exported(began: MonotonicTime, ended: MonotonicTime = .now) {
        metrics.uiExportDurationSeconds.observe(nanoseconds: ended.nanoseconds(since: began))
    }

    /// Run `load` and record how long it took; one that throws is no song that can be played.
    @inlinable public func loadingSong<Song, Failure>(
        _ load: () throws(Failure) -> Song
    ) throws(Failure) -> Song {
        let began = MonotonicTime.now
        let song = try load()
        songLoaded(began: began)
        return song
    }

    /// The same for a load that waits, in the caller's isolation.
    @inlinable public nonisolated(nonsending) func loadingSong<Song>(
        _ load: nonisolated(nonsending) () async throws -> Song
    ) async throws -> Song {
        let began = MonotonicTime.now
        let song = try await load()
        songLoaded(began: began)
        return song
    }

    /// Run `export` and record how long it took; one that throws has exported nothing.
    @inlinable public func exporting<File, Failure>(
        _ export: () throws(Failure) -> File
    ) throws(Failure) -> File {
        let began = MonotonicTime.now
        let file = try export()
        exported(began: began)
        return file
    }

    /// The same for an export that waits, in the caller's isolation.
    @inlinable public nonisolated(nonsending) func exporting<File>(
        _ export: nonisolated(nonsending) () async throws -> File
    ) async throws -> File {
        let began = MonotonicTime.now
        let file = try await export()
        exported(began: began)
        return file
    }
}

/// A session in which a user is at work. It ends once, at the latest with its owner: a session can
/// neither be forgotten nor ended twice.
public struct ActiveSession: ~Copyable, Sendable {
    @usableFromInline let active: UpDownCounter<ManyWriters>

    @inlinable init(_ active: UpDownCounter<ManyWriters>) {
        self.active = active
        active.increment()
    }

    /// End the session now.
    @inlinable public consuming func end() {}

    @inlinable deinit {
        active.decrement()
    }
}
