// Generated from catalogue/*.yaml by `whiteroom generate`; edit that file, not this one.

/// A program of White Room: each metric of the catalogue belongs to one.
public enum Program: String, CaseIterable, Sendable {
    case juceBackend = "juce-backend"

    /// The domains that the program records.
    public var domains: [String] {
        switch self {
        case .juceBackend: ["audio"]
        }
    }
}
