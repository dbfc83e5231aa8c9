/// What a signature covers of a request, whatever the profile: body, time and counter under one key.
public struct RequestToSign {
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
}
