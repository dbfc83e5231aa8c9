/// Writes DER (ITU-T X.690): each function returns one whole element.
public enum DER {
  /// SEQUENCE of the parts in the order given.
  public static func sequence(_ parts: [UInt8]...) -> [UInt8] { element(0x30, parts) }

  /// SET of one part; more would have to be sorted.
  public static func set(_ part: [UInt8]) -> [UInt8] { element(0x31, [part]) }

  /// INTEGER from 0 to 127.
  public static func integer(_ value: UInt8) -> [UInt8] {
    precondition(value < 0x80)
    return [0x02, 0x01, value]
  }

  /// UTF8String.
  public static func utf8(_ text: String) -> [UInt8] { element(0x0c, [Array(text.utf8)]) }

  /// BIT STRING of whole bytes.
  public static func bitString(_ bytes: [UInt8]) -> [UInt8] { element(0x03, [[0], bytes]) }

  /// OCTET STRING.
  public static func octetString(_ bytes: [UInt8]) -> [UInt8] { element(0x04, [bytes]) }

  /// NULL.
  public static func null() -> [UInt8] { [0x05, 0x00] }

  /// `[tag] IMPLICIT` for a constructed type.
  public static func contextConstructed(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
    precondition(tag < 0x1f)
    return element(0xa0 | tag, parts)
  }

  /// OBJECT IDENTIFIER from its arcs.
  public static func oid(_ first: UInt, _ second: UInt, _ rest: UInt...) -> [UInt8] {
    let arcs = [first * 40 + second] + rest
    return element(0x06, [arcs.flatMap(base128)])
  }

  private static func base128(_ value: UInt) -> [UInt8] {
    var octets = [UInt8(value & 0x7f)]
    var left = value >> 7
    while left > 0 {
      octets.insert(UInt8(left & 0x7f) | 0x80, at: 0)
      left >>= 7
    }
    return octets
  }

  private static func element(_ tag: UInt8, _ parts: [[UInt8]]) -> [UInt8] {
    let content = parts.flatMap { $0 }
    return [tag] + length(content.count) + content
  }

  private static func length(_ count: Int) -> [UInt8] {
    guard count >= 0x80 else { return [UInt8(count)] }
    var octets: [UInt8] = []
    var left = count
    while left > 0 {
      octets.insert(UInt8(left & 0xff), at: 0)
      left >>= 8
    }
    return [0x80 | UInt8(octets.count)] + octets
  }
}
