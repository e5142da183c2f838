/// The songs that a user may load.
import Foundation

/// What the front end knows of a song.
struct Song: Sendable {
    struct Performance: Sendable, Decodable, Equatable {
        let id: String
        let name: String
    }

    let name: String
    let tempoBpm: Double
    let channels: [String]
    let performances: [Performance]
    /// As the engine takes it.
    let json: String
}

extension Song {
    /// The fields that are read; docs/reference/reference-engine.md has all.
    private struct Fields: Decodable {
        struct Channel: Decodable {
            let name: String
        }
        let name: String
        let tempo_bpm: Double
        let channels: [Channel]
        let performances: [Performance]?
    }

    init(json: String) throws {
        let fields = try JSONDecoder().decode(Fields.self, from: Data(json.utf8))
        name = fields.name
        tempoBpm = fields.tempo_bpm
        channels = fields.channels.map(\.name)
        performances = fields.performances ?? []
        self.json = json
    }

    /// The same song under another name, at another tempo.
    func arranged(_ name: String, tempoBpm: Double) throws -> Song {
        guard var fields = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        else { return self }
        fields["name"] = name
        fields["tempo_bpm"] = tempoBpm
        let data = try JSONSerialization.data(withJSONObject: fields, options: .sortedKeys)
        return try Song(json: String(decoding: data, as: UTF8.self))
    }

    /// The library: the engine's own song and two arrangements of it.
    static func library(of json: String) throws -> [Song] {
        let first = try Song(json: json)
        return [
            first,
            try first.arranged("\(first.name), slowly", tempoBpm: first.tempoBpm * 0.75),
            try first.arranged("\(first.name), in a hurry", tempoBpm: first.tempoBpm * 1.2),
        ]
    }
}
