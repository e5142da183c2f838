import Foundation
import ReferenceFrontEnd

exit(runFrontEnd(Array(CommandLine.arguments.dropFirst())))
