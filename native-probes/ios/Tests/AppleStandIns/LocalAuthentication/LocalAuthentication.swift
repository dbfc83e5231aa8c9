import Foundation

// What the app names of LocalAuthentication.

public enum LAPolicy: Int {
  case deviceOwnerAuthentication = 2
}

public final class LAContext {
  public init() {}
  public func canEvaluatePolicy(
    _ policy: LAPolicy, error: inout NSError?
  ) -> Bool { fatalError() }
}

public struct LAError: Error {
  public enum Code: Int {
    case passcodeNotSet = -5
  }
  public static var passcodeNotSet: Code { .passcodeNotSet }
}
