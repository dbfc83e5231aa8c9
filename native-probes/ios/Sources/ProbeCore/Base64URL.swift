import Foundation

/// Base64url without padding (RFC 4648 section 5): the protocol's only form of bytes.
public enum Base64URL {
  /// The text of bytes.
  public static func encode(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString()
      .replacingOccurrences(of: "+", with: "-")
      .replacingOccurrences(of: "/", with: "_")
      .replacingOccurrences(of: "=", with: "")
  }

  /// The bytes of a strict text: no padding, no white space, no spare bits. Nil where it is not.
  public static func decode(_ text: String) -> [UInt8]? {
    guard text.utf8.allSatisfy(isDigit) else { return nil }
    let standard =
      text
      .replacingOccurrences(of: "-", with: "+")
      .replacingOccurrences(of: "_", with: "/")
    let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
    guard let data = Data(base64Encoded: standard + padding) else { return nil }
    let bytes = [UInt8](data)
    // Of several texts that would decode to the same bytes, one is meant.
    return encode(bytes) == text ? bytes : nil
  }

  /// Whether a byte is a digit of base64url.
  static func isDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      return true
    default:
      return false
    }
  }
}
