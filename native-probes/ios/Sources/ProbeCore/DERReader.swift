/// Walks through DER without copying it; every length is held against what is left.
struct DERReader {
  struct Element {
    let tag: UInt8
    /// Identifier, length and content.
    let range: Range<Int>
    let content: Range<Int>
  }

  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(_ bytes: [UInt8], within range: Range<Int>? = nil) {
    self.bytes = bytes
    let range = range ?? bytes.indices
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next element; nil where there is none, or none that is DER.
  mutating func next() -> Element? {
    let start = position
    guard let tag = octet(), tag & 0x1f != 0x1f, let length = readLength() else { return nil }
    guard length <= end - position else { return nil }
    let content = position..<(position + length)
    position = content.upperBound
    return Element(tag: tag, range: start..<position, content: content)
  }

  private mutating func readLength() -> Int? {
    guard let first = octet() else { return nil }
    if first < 0x80 { return Int(first) }
    let count = Int(first & 0x7f)
    guard (1...4).contains(count) else { return nil }
    var length = 0
    for _ in 0..<count {
      guard let value = octet() else { return nil }
      length = length << 8 | Int(value)
    }
    return length
  }

  private mutating func octet() -> UInt8? {
    guard position < end else { return nil }
    defer { position += 1 }
    return bytes[position]
  }
}
