/// A request to sign with profile S: body, time and counter under one key.
public struct ProfileS {
  public let method: String
  public let authority: String
  /// Path and query as they are sent.
  public let target: String
  public let keyID: String
  public let epoch: UInt64
  public let counter: UInt64
  public let timestampMs: UInt64
  /// Empty where the request has none.
  public let contentType: String
  public let body: [UInt8]

  public init(
    method: String, authority: String, target: String, keyID: String, epoch: UInt64,
    counter: UInt64, timestampMs: UInt64, contentType: String, body: [UInt8]
  ) {
    self.method = method
    self.authority = authority
    self.target = target
    self.keyID = keyID
    self.epoch = epoch
    self.counter = counter
    self.timestampMs = timestampMs
    self.contentType = contentType
    self.body = body
  }

  /// The ten lines that are signed; nil where a field holds a line feed.
  public func canonicalString(sha256: SHA256Function) -> String? {
    let fields = [
      "attestlab-s1", method, authority, target, keyID, String(epoch), String(counter),
      String(timestampMs), contentType, Base64URL.encode(sha256(body)),
    ]
    // By bytes: to Swift, CR LF is one character that is not LF.
    guard fields.allSatisfy({ !$0.utf8.contains(0x0a) }) else { return nil }
    return fields.map { $0 + "\n" }.joined()
  }

  /// The five headers, in their order.
  public func headers(signature: [UInt8]) -> [(name: String, value: String)] {
    [
      ("attestlab-key-id", keyID),
      ("attestlab-epoch", String(epoch)),
      ("attestlab-counter", String(counter)),
      ("attestlab-timestamp", String(timestampMs)),
      ("attestlab-signature", Base64URL.encode(signature)),
    ]
  }
}
