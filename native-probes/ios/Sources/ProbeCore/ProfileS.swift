/// A request to sign with profile S.
public struct ProfileS {
  private let request: RequestToSign

  public init(_ request: RequestToSign) {
    self.request = request
  }

  /// The ten lines that are signed; nil where a field holds a line feed.
  public func canonicalString(sha256: SHA256Function) -> String? {
    let fields = [
      "attestlab-s1", request.method, request.authority, request.target, request.keyID,
      String(request.epoch), String(request.counter), String(request.timestampMs),
      request.contentType, Base64URL.encode(sha256(request.body)),
    ]
    guard fields.allSatisfy(Arguments.isLine) else { return nil }
    return fields.map { $0 + "\n" }.joined()
  }

  /// The five headers, in their order.
  public func headers(signature: [UInt8]) -> [(name: String, value: String)] {
    [
      ("attestlab-key-id", request.keyID),
      ("attestlab-epoch", String(request.epoch)),
      ("attestlab-counter", String(request.counter)),
      ("attestlab-timestamp", String(request.timestampMs)),
      ("attestlab-signature", Base64URL.encode(signature)),
    ]
  }
}
