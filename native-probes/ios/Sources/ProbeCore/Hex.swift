/// Lower-case hexadecimal.
public enum Hex {
  private static let digits = Array("0123456789abcdef")

  /// The text of bytes.
  public static func encode(_ bytes: [UInt8]) -> String {
    var text = ""
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 0x0f)])
    }
    return text
  }
}
