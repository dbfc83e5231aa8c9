/// An ECDSA signature on P-256 as RFC 9421, 3.3.4 writes it: r and s of 32 bytes each.
public enum P256Pair {
  private static let numberBytes = 32

  /// Reads DER as the platform writes it; nil where it holds another thing than two such numbers.
  public static func of(der: [UInt8]) -> [UInt8]? {
    var whole = DERReader(der)
    guard let signature = whole.next(), signature.tag == 0x30, whole.next() == nil else {
      return nil
    }
    // Between the elements nothing may be left over.
    guard signature.range == der.indices else { return nil }
    var numbers = DERReader(der, within: signature.content)
    guard let first = numbers.next(), let second = numbers.next(),
      second.range.upperBound == signature.content.upperBound,
      let r = number(first, of: der), let s = number(second, of: der)
    else { return nil }
    return r + s
  }

  private static func number(_ element: DERReader.Element, of der: [UInt8]) -> [UInt8]? {
    guard element.tag == 0x02, let first = der[element.content].first, first < 0x80 else {
      return nil
    }
    // Without the sign's byte of DER, and with the zeros that DER leaves out.
    let digits = der[element.content].drop { $0 == 0 }
    guard !digits.isEmpty, digits.count <= numberBytes else { return nil }
    return [UInt8](repeating: 0, count: numberBytes - digits.count) + digits
  }
}
