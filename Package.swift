// swift-tools-version: 6.2
import Foundation
import PackageDescription

let core = "juce_backend/src/monitoring"
let monitoring = "swift_frontend/WhiteRoomiOS/Sources/SwiftFrontendCore"

// A wheel brings the libraries without our application, tests and benchmarks.
let isClone = FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/tests")

let libraries: [Target] = [
    // The same sources as CMake's and Python's builds: sources.txt is the list, a test compares.
    .target(
        name: "WhiteRoomMonitoringCore",
        path: core,
        sources: [
            "src/fork_guard.cpp", "src/label_text.cpp", "src/lost.cpp",
            "src/closed_segments.cpp", "src/segment.cpp", "src/segment_instances.cpp",
            "src/segment_log.cpp", "src/log_lines.cpp", "src/log_drain.cpp",
            "src/series_table.cpp", "src/segment_directory.cpp", "src/segment_layout.cpp",
            "src/segment_memory.cpp", "src/segment_reader.cpp", "src/program_view.cpp",
            "src/fold.cpp", "src/family_writer.cpp", "src/exposition.cpp",
            "src/negotiation.cpp", "src/plugin_process.cpp", "src/plugin_slots.cpp",
            "src/audio_metrics.cpp", "src/ffi_metrics.cpp", "src/segment_c.cpp", "src/own_domain.cpp",
            "src/generated/audio_metrics_c.cpp", "src/plugin_slots_c.cpp",
        ],
        publicHeadersPath: "module",
        // In a debug build a mistake in recording is an assertion; SwiftPM does not say which is one.
        cxxSettings: [
            .headerSearchPath("include"), .define("NDEBUG", .when(configuration: .release)),
        ],
        linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(
        name: "WhiteRoomMonitoring",
        dependencies: ["WhiteRoomMonitoringCore"],
        path: "\(monitoring)/Monitoring"),
    // It includes the core's headers as text: as a dependency they would be a module, which
    // C++ files don't see. Whoever depends on it depends on the core, too.
    .target(
        name: "WhiteRoomMonitoringEndpointCore",
        path: core,
        sources: [
            "src/http_endpoint.cpp", "src/generated/endpoint_c.cpp", "src/credentials.cpp",
            "src/scrape_body.cpp",
        ],
        publicHeadersPath: "module_endpoint",
        cxxSettings: [.headerSearchPath("include")],
        linkerSettings: [.linkedLibrary("microhttpd"), .linkedLibrary("z")]),
    .target(
        name: "WhiteRoomMonitoringEndpoint",
        dependencies: ["WhiteRoomMonitoring", "WhiteRoomMonitoringEndpointCore"],
        path: "\(monitoring)/MonitoringEndpoint"),
    .target(
        name: "WhiteRoomMonitoringTestKit",
        dependencies: ["WhiteRoomMonitoring"],
        path: "\(monitoring)/MonitoringTestKit"),
]

let development: [Target] = [
    .target(name: "EngineABI", path: "reference_app/frontend/EngineABI"),
    .target(
        name: "ReferenceFrontEnd",
        dependencies: ["EngineABI", "WhiteRoomMonitoring", "WhiteRoomMonitoringEndpoint"],
        path: "reference_app/frontend/FrontEnd"),
    .executableTarget(
        name: "whiteroom-frontend",
        dependencies: ["ReferenceFrontEnd"],
        path: "reference_app/frontend/Program"),
    .testTarget(
        name: "MonitoringTests",
        dependencies: [
            "WhiteRoomMonitoring", "WhiteRoomMonitoringEndpoint", "WhiteRoomMonitoringTestKit",
        ],
        path: "tests/swift/MonitoringTests"),
    .target(
        name: "ExampleApp",
        dependencies: ["WhiteRoomMonitoring", "WhiteRoomMonitoringEndpoint"],
        path: "examples/swift/App"),
    .executableTarget(
        name: "whiteroom-example-app", dependencies: ["ExampleApp"],
        path: "examples/swift/Program"),
    .testTarget(
        name: "ExampleTests",
        dependencies: ["ExampleApp", "WhiteRoomMonitoringTestKit"],
        path: "examples/swift/Tests"),
    .target(name: "AllocationCount", path: "tests/swift/AllocationCount"),
    .executableTarget(
        name: "whiteroom-swift-proof",
        dependencies: ["AllocationCount", "WhiteRoomMonitoring"],
        path: "tests/swift/Proof"),
    .target(
        name: "BenchmarkLoops",
        path: "benchmarks/swift/Loops",
        cxxSettings: [.headerSearchPath("../../../\(core)/include")]),
    .executableTarget(
        name: "whiteroom-swift-benchmark",
        dependencies: ["BenchmarkLoops", "WhiteRoomMonitoring"],
        path: "benchmarks/swift/Program"),
]

let package = Package(
    name: "WhiteRoomMonitoring",
    platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18)],
    products: [
        .library(name: "WhiteRoomMonitoring", targets: ["WhiteRoomMonitoring"]),
        // Needs libmicrohttpd and zlib; whoever can't link them goes without.
        .library(name: "WhiteRoomMonitoringEndpoint", targets: ["WhiteRoomMonitoringEndpoint"]),
        .library(name: "WhiteRoomMonitoringTestKit", targets: ["WhiteRoomMonitoringTestKit"]),
    ],
    targets: libraries + (isClone ? development : []),
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
