/// A PKCS#10 request (RFC 2986) for a P-256 key, with the challenge's nonce in challengePassword.
public struct CertificateRequest {
  public let commonName: String
  /// SubjectPublicKeyInfo, DER.
  public let spki: [UInt8]
  public let nonce: [UInt8]

  public init(commonName: String, spki: [UInt8], nonce: [UInt8]) {
    self.commonName = commonName
    self.spki = spki
    self.nonce = nonce
  }

  /// What the signature is over.
  public func signedPart() -> [UInt8] {
    let name = DER.sequence(
      DER.set(DER.sequence(DER.oid(2, 5, 4, 3), DER.utf8(commonName))))
    let challengePassword = DER.sequence(
      DER.oid(1, 2, 840, 113549, 1, 9, 7), DER.set(DER.utf8(Base64URL.encode(nonce))))
    return DER.sequence(
      DER.integer(0), name, spki, DER.contextConstructed(0, challengePassword))
  }

  /// The whole request, signed by ES256 in DER with the key itself.
  public func signed(by sign: ([UInt8]) throws -> [UInt8]) rethrows -> [UInt8] {
    let part = signedPart()
    let ecdsaWithSHA256 = DER.sequence(DER.oid(1, 2, 840, 10045, 4, 3, 2))
    return DER.sequence(part, ecdsaWithSHA256, DER.bitString(try sign(part)))
  }
}
