import Foundation

// What the app names of CryptoKit.

public struct SHA256Digest: Sequence, Sendable {
  public func makeIterator() -> IndexingIterator<[UInt8]> { fatalError() }
}

public struct SHA256 {
  public static func hash<D: DataProtocol>(data: D) -> SHA256Digest { fatalError() }
}

public enum SecureEnclave {
  public static var isAvailable: Bool { fatalError() }
}

public enum P256 {
  public enum Signing {
    public struct PrivateKey {
      public init<Bytes: ContiguousBytes>(x963Representation: Bytes) throws { fatalError() }
      public var derRepresentation: Data { fatalError() }
    }
  }
}
