import CryptoKit
import Foundation
import ProbeCore
import Security

/// Keys in the Secure Enclave, and software keys in the keychain, all under one tag prefix.
struct KeychainKeyStore: KeyStore {
  static let tagPrefix = "org.attestlab.probe.key."

  let levels: [KeyLevel] = [.secureEnclave, .software]

  /// Makes a key.
  ///
  /// A plain method on purpose: it is what instrumentation puts itself in place of.
  func generate(
    alias: String, algorithm: KeyAlgorithm, level: KeyLevel
  ) async throws -> MadeKey {
    _ = try delete(alias: alias)
    var accessError: Unmanaged<CFError>?
    // As in an app: usable while the phone is unlocked, and never on another phone.
    let access = SecAccessControlCreateWithFlags(
      nil, kSecAttrAccessibleWhenUnlockedThisDeviceOnly,
      level == .secureEnclave ? .privateKeyUsage : [], &accessError)
    guard let access else { throw PlatformError.taking(accessError) }
    var attributes: [CFString: Any] = [
      kSecAttrKeyType: algorithm == .ecP256 ? kSecAttrKeyTypeECSECPrimeRandom : kSecAttrKeyTypeRSA,
      kSecAttrKeySizeInBits: algorithm == .ecP256 ? 256 : 2048,
      kSecPrivateKeyAttrs: [
        kSecAttrIsPermanent: true,
        kSecAttrApplicationTag: KeychainKeyStore.tag(alias),
        kSecAttrLabel: KeychainKeyStore.tagPrefix + alias,
        kSecAttrAccessControl: access,
      ] as [CFString: Any],
    ]
    if level == .secureEnclave { attributes[kSecAttrTokenID] = kSecAttrTokenIDSecureEnclave }
    var error: Unmanaged<CFError>?
    guard let key = SecKeyCreateRandomKey(attributes as CFDictionary, &error) else {
      throw PlatformError.taking(error)
    }
    return MadeKey(level: KeychainKeyStore.level(of: key), spki: try spki(of: key))
  }

  func publicKey(alias: String) throws -> [UInt8]? {
    try privateKey(alias: alias).map(spki(of:))
  }

  func sign(alias: String, data: [UInt8]) async throws -> [UInt8] {
    guard let key = try privateKey(alias: alias) else {
      throw PlatformError(status: errSecItemNotFound)
    }
    let algorithm: SecKeyAlgorithm =
      KeychainKeyStore.isRSA(key)
      ? .rsaSignatureMessagePKCS1v15SHA256 : .ecdsaSignatureMessageX962SHA256
    var error: Unmanaged<CFError>?
    let signature = SecKeyCreateSignature(key, algorithm, Data(data) as CFData, &error)
    guard let signature else { throw PlatformError.taking(error) }
    return [UInt8](signature as Data)
  }

  func exportPrivate(alias: String) throws -> [UInt8] {
    guard let key = try privateKey(alias: alias) else {
      throw PlatformError(status: errSecItemNotFound)
    }
    var error: Unmanaged<CFError>?
    guard let external = SecKeyCopyExternalRepresentation(key, &error) as Data? else {
      throw PlatformError.taking(error)
    }
    if KeychainKeyStore.isRSA(key) {
      return DER.sequence(
        DER.integer(0),
        DER.sequence(DER.oid(1, 2, 840, 113549, 1, 1, 1), DER.null()),
        DER.octetString([UInt8](external)))
    }
    // CryptoKit's DER of a private key is PKCS#8.
    return [UInt8](try P256.Signing.PrivateKey(x963Representation: external).derRepresentation)
  }

  func aliases() throws -> [String] {
    try keyTags().map { String($0.dropFirst(KeychainKeyStore.tagPrefix.count)) }
  }

  func privateKey(alias: String) throws -> SecKey? {
    var found: CFTypeRef?
    let status = SecItemCopyMatching(
      [
        kSecClass: kSecClassKey,
        kSecAttrKeyClass: kSecAttrKeyClassPrivate,
        kSecAttrApplicationTag: KeychainKeyStore.tag(alias),
        kSecReturnRef: true,
      ] as [CFString: Any] as CFDictionary, &found)
    if status == errSecItemNotFound { return nil }
    guard status == errSecSuccess, let found else { throw PlatformError(status: status) }
    // A query for a key returns a key.
    return (found as! SecKey)  // swift-format-ignore: NeverForceUnwrap
  }

  static func tag(_ alias: String) -> Data { Data((tagPrefix + alias).utf8) }

  private func keyTags() throws -> [String] {
    var found: CFTypeRef?
    let status = SecItemCopyMatching(
      [
        kSecClass: kSecClassKey,
        kSecAttrKeyClass: kSecAttrKeyClassPrivate,
        kSecMatchLimit: kSecMatchLimitAll,
        kSecReturnAttributes: true,
      ] as [CFString: Any] as CFDictionary, &found)
    if status == errSecItemNotFound { return [] }
    guard status == errSecSuccess, let items = found as? [[CFString: Any]] else {
      throw PlatformError(status: status)
    }
    return items.compactMap { item in
      guard let tag = item[kSecAttrApplicationTag] as? Data else { return nil }
      let text = String(decoding: tag, as: UTF8.self)
      return text.hasPrefix(KeychainKeyStore.tagPrefix) ? text : nil
    }
  }

  private func spki(of key: SecKey) throws -> [UInt8] {
    var error: Unmanaged<CFError>?
    guard let publicKey = SecKeyCopyPublicKey(key),
      let external = SecKeyCopyExternalRepresentation(publicKey, &error) as Data?
    else { throw PlatformError.taking(error) }
    if KeychainKeyStore.isRSA(key) { return SubjectPublicKeyInfo.rsa(pkcs1: [UInt8](external)) }
    guard let spki = SubjectPublicKeyInfo.p256(point: [UInt8](external)) else {
      throw PlatformError(status: errSecDecode)
    }
    return spki
  }

  /// Where a key lives, as the keychain says; never assumed from what was asked for.
  private static func level(of key: SecKey) -> KeyLevel {
    let attributes = SecKeyCopyAttributes(key) as? [CFString: Any]
    let token = attributes?[kSecAttrTokenID] as? String
    return token == kSecAttrTokenIDSecureEnclave as String ? .secureEnclave : .software
  }

  private static func isRSA(_ key: SecKey) -> Bool {
    let attributes = SecKeyCopyAttributes(key) as? [CFString: Any]
    return attributes?[kSecAttrKeyType] as? String == kSecAttrKeyTypeRSA as String
  }
}

extension PlatformError {
  /// What an out parameter of Security holds, which is ours to release.
  static func taking(_ error: Unmanaged<CFError>?) -> PlatformError {
    guard let error else { return PlatformError(status: errSecInternalError) }
    return PlatformError(error.takeRetainedValue())
  }
}
