@_exported import Foundation

// What the app names of DeviceCheck.

public final class DCAppAttestService: @unchecked Sendable {
  public static var shared: DCAppAttestService { fatalError() }
  public var isSupported: Bool { fatalError() }
  public func generateKey() async throws -> String { fatalError() }
  public func attestKey(_ keyId: String, clientDataHash: Data) async throws -> Data {
    fatalError()
  }
  public func generateAssertion(_ keyId: String, clientDataHash: Data) async throws -> Data {
    fatalError()
  }
}

public struct DCError: Error {
  public static var errorDomain: String { fatalError() }
  public enum Code: Int {
    case unknownSystemFailure, featureUnsupported, invalidInput, invalidKey, serverUnavailable
  }
}
