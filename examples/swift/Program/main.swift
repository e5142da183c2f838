// The app of docs/tutorials/adopting-swift.md. Ends when its standard input does.
import ExampleApp

try await runStudio(port: UInt16(CommandLine.arguments.last ?? "") ?? 8001)
