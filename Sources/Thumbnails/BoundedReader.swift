/// Reads numbers from bytes that nobody has vetted: what lies beyond the end is `nil`.
struct BoundedReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  mutating func byte() -> UInt8? {
    rest.popFirst()
  }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func bigEndian16() -> Int? {
    take(2)?.reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func littleEndian32() -> Int? {
    take(4)?.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func bigEndian32() -> Int? {
    take(4)?.reduce(0) { $0 << 8 | Int($1) }
  }
}
