import CryptoKit
import Foundation
import ProbeCore

extension Platform {
  /// This phone.
  static func device(keys: KeychainKeyStore) -> Platform {
    Platform(
      keys: keys,
      appAttest: DeviceAppAttest(),
      network: SessionSender(keys: keys),
      facts: { PhoneFacts.ofThisPhone() },
      sha256: { bytes in Array(SHA256.hash(data: bytes)) },
      nowMs: { Double(DispatchTime.now().uptimeNanoseconds) / 1_000_000 },
      timeMs: { UInt64(Date().timeIntervalSince1970 * 1000) },
      pause: { ms in try await Task.sleep(nanoseconds: ms * 1_000_000) })
  }
}

/// The owner's digest in the app's own storage, which ends with the app; the keychain does not.
struct DefaultsOwnerStore: OwnerStore {
  private static let key = "attestlab.owner"

  func ownerDigest() throws -> [UInt8]? {
    UserDefaults.standard.data(forKey: DefaultsOwnerStore.key).map { [UInt8]($0) }
  }

  func setOwnerDigest(_ digest: [UInt8]) throws {
    UserDefaults.standard.set(Data(digest), forKey: DefaultsOwnerStore.key)
  }
}
