import DeviceCheck
import Foundation
import ProbeCore
import Security

extension PlatformError {
  /// What Security said; the code is the OSStatus, word for word.
  init(status: OSStatus) {
    let message = SecCopyErrorMessageString(status, nil) as String?
    self.init(
      domain: NSOSStatusErrorDomain, code: Int(status), status: Int(status),
      message: message ?? "OSStatus \(status)",
      isTransient: PlatformError.isTransient(status))
  }

  /// What a CFError or NSError says.
  init(_ error: any Error) {
    let error = error as NSError
    let isStatus = error.domain == NSOSStatusErrorDomain
    let status = isStatus ? OSStatus(truncatingIfNeeded: error.code) : nil
    self.init(
      domain: error.domain, code: error.code, status: status.map(Int.init),
      message: error.localizedDescription,
      isTransient: status.map(PlatformError.isTransient) ?? PlatformError.isTransient(error))
  }

  /// A locked phone (-25308) can do it later; a phone without passcode (-25291, -25293) or without
  /// Secure Enclave (-4, -50) cannot.
  private static func isTransient(_ status: OSStatus) -> Bool {
    status == errSecInteractionNotAllowed
  }

  /// Of App Attest's errors only `serverUnavailable` may be tried again with the same key.
  private static func isTransient(_ error: NSError) -> Bool {
    error.domain == DCError.errorDomain && error.code == DCError.Code.serverUnavailable.rawValue
  }
}
