/// Public keys as certificates hold them.
public enum SubjectPublicKeyInfo {
  /// The DER of a P-256 key from its point of 65 bytes, as `SecKeyCopyExternalRepresentation`
  /// gives it.
  public static func p256(point: [UInt8]) -> [UInt8]? {
    guard point.count == 65, point[0] == 0x04 else { return nil }
    return DER.sequence(
      DER.sequence(DER.oid(1, 2, 840, 10045, 2, 1), DER.oid(1, 2, 840, 10045, 3, 1, 7)),
      DER.bitString(point))
  }

  /// The DER of an RSA key from its PKCS#1 form, as `SecKeyCopyExternalRepresentation` gives it.
  public static func rsa(pkcs1: [UInt8]) -> [UInt8] {
    DER.sequence(
      DER.sequence(DER.oid(1, 2, 840, 113549, 1, 1, 1), DER.null()), DER.bitString(pkcs1))
  }

  /// The key of a certificate in DER, byte by byte as it stands there; nil where it is none.
  public static func of(certificate: [UInt8]) -> [UInt8]? {
    var outer = DERReader(certificate)
    guard let whole = outer.next(), whole.tag == 0x30 else { return nil }
    var parts = DERReader(certificate, within: whole.content)
    guard let tbs = parts.next(), tbs.tag == 0x30 else { return nil }
    var fields = DERReader(certificate, within: tbs.content)
    // version [0], if it is there; serial number, algorithm, issuer, validity, subject
    guard var field = fields.next() else { return nil }
    if field.tag == 0xa0 {
      guard let serial = fields.next() else { return nil }
      field = serial
    }
    guard field.tag == 0x02 else { return nil }
    for _ in 0..<4 {
      guard let skipped = fields.next(), skipped.tag == 0x30 else { return nil }
    }
    guard let key = fields.next(), key.tag == 0x30 else { return nil }
    return Array(certificate[key.range])
  }

  /// The key id: base64url of SHA-256 of the DER.
  public static func keyID(_ spki: [UInt8], sha256: SHA256Function) -> String {
    Base64URL.encode(sha256(spki))
  }
}
