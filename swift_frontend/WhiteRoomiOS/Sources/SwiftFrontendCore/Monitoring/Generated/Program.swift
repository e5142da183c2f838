// Generated from catalogue/*.yaml by `whiteroom generate`; edit that file, not this one.

/// A program of White Room: each metric of the catalogue belongs to one.
public enum Program: String, CaseIterable, Sendable {
    case businessMetrics = "business-metrics"
    case juceBackend = "juce-backend"
    case jucePlugin = "juce-plugin"
    case swiftFrontend = "swift-frontend"
    case whiteroomConsole = "whiteroom-console"
    case whiteroomInbox = "whiteroom-inbox"
    case whiteroomLogs = "whiteroom-logs"
    case whiteroomShipper = "whiteroom-shipper"
    case whiteroomWatcher = "whiteroom-watcher"

    /// The domains that the program records.
    public var domains: [String] {
        switch self {
        case .businessMetrics: ["business", "http", "security"]
        case .juceBackend: ["audio", "ffi"]
        case .jucePlugin: ["plugin"]
        case .swiftFrontend: ["ui"]
        case .whiteroomConsole: ["console"]
        case .whiteroomInbox: ["inbox"]
        case .whiteroomLogs: ["logs"]
        case .whiteroomShipper: ["shipper"]
        case .whiteroomWatcher: ["watcher"]
        }
    }
}
