/// Calling the core's C functions: texts go in, problems come out.
import WhiteRoomMonitoringCore

/// Throw what a function of the core says that is wrong, if anything.
package func throwIfAny(_ problem: UnsafeMutablePointer<CChar>?) throws(MonitoringError) {
    guard let problem else { return }
    defer { wrm_text_free(problem) }
    throw MonitoringError(String(cString: problem))
}

/// Call `body` with C strings that live as long as the call.
package func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    let bytes = texts.map { Array($0.utf8CString) }
    let all = bytes.flatMap(\.self)
    return all.withUnsafeBufferPointer { buffer in
        var pointers: [UnsafePointer<CChar>?] = []
        var offset = 0
        for text in bytes {
            pointers.append(buffer.baseAddress! + offset)
            offset += text.count
        }
        return pointers.withUnsafeBufferPointer(body)
    }
}

/// Make the handle of cells that a function of the core finds for the values of open labels.
func makeHandle<Handle: CellHandle>(
    _ values: [String], _ lost: UnsafeMutablePointer<UInt64>,
    _ find: (
        UnsafePointer<UnsafePointer<CChar>?>?, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<UInt64>?>
    ) -> UnsafeMutablePointer<CChar>?
) throws(MonitoringError) -> Handle {
    var cells: UnsafeMutablePointer<UInt64>?
    try throwIfAny(withCStrings(values) { find($0.baseAddress, $0.count, &cells) })
    return Handle(cells: cells!, lost: lost)
}
