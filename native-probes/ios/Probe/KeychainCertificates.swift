import Foundation
import ProbeCore
import Security

/// Certificates beside their keys: the keychain pairs leaf and key to an identity by itself.
extension KeychainKeyStore {
  private static let chainService = "org.attestlab.probe.chain"

  func install(chain: [[UInt8]], alias: String) throws {
    try deleteCertificate(alias: alias)
    guard let leaf = chain.first,
      let certificate = SecCertificateCreateWithData(nil, Data(leaf) as CFData)
    else { throw PlatformError(status: errSecDecode) }
    try add([
      kSecClass: kSecClassCertificate,
      kSecValueRef: certificate,
      kSecAttrLabel: KeychainKeyStore.tagPrefix + alias,
    ])
    let texts = chain.map(Base64URL.encode).joined(separator: " ")
    try add([
      kSecClass: kSecClassGenericPassword,
      kSecAttrService: KeychainKeyStore.chainService,
      kSecAttrAccount: alias,
      kSecAttrAccessible: kSecAttrAccessibleWhenUnlockedThisDeviceOnly,
      kSecValueData: Data(texts.utf8),
    ])
  }

  func chain(alias: String) throws -> [[UInt8]]? {
    var found: CFTypeRef?
    let status = SecItemCopyMatching(
      chainQuery(alias).merging([kSecReturnData: true]) { $1 } as CFDictionary, &found)
    if status == errSecItemNotFound { return nil }
    guard status == errSecSuccess, let texts = found as? Data else {
      throw PlatformError(status: status)
    }
    return String(decoding: texts, as: UTF8.self).split(separator: " ")
      .compactMap { Base64URL.decode(String($0)) }
  }

  func delete(alias: String) throws -> Bool {
    try deleteCertificate(alias: alias)
    return try remove([
      kSecClass: kSecClassKey,
      kSecAttrApplicationTag: KeychainKeyStore.tag(alias),
    ])
  }

  /// Key and certificates for TLS; nil where there are none.
  func identity(alias: String) throws -> URLCredential? {
    guard let chain = try chain(alias: alias) else { return nil }
    var found: CFTypeRef?
    let status = SecItemCopyMatching(
      [
        kSecClass: kSecClassIdentity,
        kSecAttrApplicationTag: KeychainKeyStore.tag(alias),
        kSecReturnRef: true,
      ] as [CFString: Any] as CFDictionary, &found)
    guard status == errSecSuccess, let found else { throw PlatformError(status: status) }
    let certificates = chain.dropFirst().compactMap { der in
      SecCertificateCreateWithData(nil, Data(der) as CFData)
    }
    // A query for an identity returns an identity.
    let identity = found as! SecIdentity  // swift-format-ignore: NeverForceUnwrap
    return URLCredential(identity: identity, certificates: certificates, persistence: .none)
  }

  /// Deletes what any installation of the probe has left.
  func deleteEverything() {
    for alias in (try? aliases()) ?? [] { _ = try? delete(alias: alias) }
  }

  private func deleteCertificate(alias: String) throws {
    _ = try remove([
      kSecClass: kSecClassCertificate,
      kSecAttrLabel: KeychainKeyStore.tagPrefix + alias,
    ])
    _ = try remove(chainQuery(alias))
  }

  private func chainQuery(_ alias: String) -> [CFString: Any] {
    [
      kSecClass: kSecClassGenericPassword,
      kSecAttrService: KeychainKeyStore.chainService,
      kSecAttrAccount: alias,
    ]
  }

  private func add(_ attributes: [CFString: Any]) throws {
    let status = SecItemAdd(attributes as CFDictionary, nil)
    guard status == errSecSuccess else { throw PlatformError(status: status) }
  }

  /// Whether there was such an item.
  private func remove(_ query: [CFString: Any]) throws -> Bool {
    let status = SecItemDelete(query as CFDictionary)
    guard status == errSecSuccess || status == errSecItemNotFound else {
      throw PlatformError(status: status)
    }
    return status == errSecSuccess
  }
}
