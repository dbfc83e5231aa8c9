/// H, the 32 bytes that evidence of an enrolment must hold.
///
/// The host works H out and hands it to the probe; the probe's own copy is here so that an app that
/// enrols itself, and the conformance vectors, can use it.
public enum EnrolmentBinding {
  /// `clientDataHash` of an enrolment; nil where a text or the nonce does not fit.
  public static func clientDataHash(
    rpID: String, purpose: String, nonce: [UInt8], request: [UInt8]?, sha256: SHA256Function
  ) -> [UInt8]? {
    let rpID = Array(rpID.utf8)
    let purpose = Array(purpose.utf8)
    guard nonce.count == 32, let rpLength = u16(rpID.count), let length = u16(purpose.count) else {
      return nil
    }
    var message = Array("attestlab/enrol/v1".utf8)
    message.append(0)
    for part in [rpLength, rpID, length, purpose, nonce, request.map(sha256) ?? []] {
      message.append(contentsOf: part)
    }
    return sha256(message)
  }

  private static func u16(_ value: Int) -> [UInt8]? {
    guard let value = UInt16(exactly: value) else { return nil }
    return [UInt8(value >> 8), UInt8(value & 0xff)]
  }
}
