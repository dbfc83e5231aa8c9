/// SHA-256, which the platform brings: CryptoKit in the app, a stand-in in the tests.
public typealias SHA256Function = @Sendable ([UInt8]) -> [UInt8]

/// Whether both hold the same bytes, in a time that depends on their lengths alone.
public func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  guard left.count == right.count else { return false }
  var difference: UInt8 = 0
  for (one, other) in zip(left, right) { difference |= one ^ other }
  return difference == 0
}
