import CryptoKit
import Foundation
import LocalAuthentication
import ProbeCore
import Security

extension PhoneFacts {
  /// What this phone and this build are. Claims, never evidence.
  static func ofThisPhone() -> PhoneFacts {
    let info = Bundle.main.infoDictionary ?? [:]
    return PhoneFacts(
      model: machine(),
      osVersion: osVersion(),
      features: SecureEnclave.isAvailable ? ["secure-enclave"] : [],
      rootHints: rootHints(),
      passcodeSet: passcodeSet(),
      bundleID: Bundle.main.bundleIdentifier ?? "",
      version: info["CFBundleShortVersionString"] as? String ?? "",
      build: info["CFBundleVersion"] as? String ?? "",
      teamID: teamID())
  }

  private static func machine() -> String {
    var names = utsname()
    uname(&names)
    return withUnsafeBytes(of: &names.machine) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  private static func osVersion() -> String {
    let version = ProcessInfo.processInfo.operatingSystemVersion
    return "\(version.majorVersion).\(version.minorVersion).\(version.patchVersion)"
  }

  /// Files that a jailbreak leaves where an app can see them. None found proves nothing.
  private static func rootHints() -> [String] {
    [
      "/Applications/Cydia.app", "/Applications/Sileo.app", "/var/jb", "/usr/sbin/sshd",
      "/usr/lib/TweakInject.dylib",
    ].filter { FileManager.default.fileExists(atPath: $0) }
  }

  private static func passcodeSet() -> Bool? {
    var error: NSError?
    if LAContext().canEvaluatePolicy(.deviceOwnerAuthentication, error: &error) { return true }
    return error?.code == LAError.passcodeNotSet.rawValue ? false : nil
  }

  /// The team: iOS lets no app read its own entitlements, but its keychain groups begin with it.
  private static func teamID() -> String? {
    let query: [CFString: Any] = [
      kSecClass: kSecClassGenericPassword,
      kSecAttrService: "org.attestlab.probe.team",
      kSecAttrAccount: "team",
      kSecReturnAttributes: true,
    ]
    var found: CFTypeRef?
    var status = SecItemCopyMatching(query as CFDictionary, &found)
    if status == errSecItemNotFound { status = SecItemAdd(query as CFDictionary, &found) }
    guard status == errSecSuccess, let item = found as? [CFString: Any],
      let group = item[kSecAttrAccessGroup] as? String
    else { return nil }
    return group.split(separator: ".").first.map(String.init)
  }
}
