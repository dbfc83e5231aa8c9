@_exported import Foundation

// What the app names of Security and Core Foundation, declared as Apple declares it and without a
// body: the app is compiled against it where there is no SDK of Apple's, and never run. Pointers to
// results are `inout` here, since the compiler for Linux knows no pointers to objects of Objective-C.

public typealias CFTypeRef = NSObject
public typealias CFAllocator = NSObject
public typealias CFData = NSData
public typealias CFString = NSString
public typealias CFArray = NSArray
public typealias CFDictionary = NSDictionary
public typealias CFError = NSError
public typealias OSStatus = Int32

public final class SecKey: NSObject {}
public final class SecCertificate: NSObject {}
public final class SecIdentity: NSObject {}
public final class SecTrust: NSObject {}
public final class SecAccessControl: NSObject {}

public struct SecAccessControlCreateFlags: OptionSet, Sendable {
  public let rawValue: UInt
  public init(rawValue: UInt) { self.rawValue = rawValue }
  public static let privateKeyUsage = SecAccessControlCreateFlags(rawValue: 1 << 30)
}

public struct SecKeyAlgorithm: RawRepresentable, Hashable, @unchecked Sendable {
  public let rawValue: CFString
  public init(rawValue: CFString) { self.rawValue = rawValue }
  public static let rsaSignatureMessagePKCS1v15SHA256 = SecKeyAlgorithm(rawValue: "")
  public static let ecdsaSignatureMessageX962SHA256 = SecKeyAlgorithm(rawValue: "")
}

public let kSecClass: CFString = ""
public let kSecClassKey: CFString = ""
public let kSecClassIdentity: CFString = ""
public let kSecClassCertificate: CFString = ""
public let kSecClassGenericPassword: CFString = ""
public let kSecAttrAccessControl: CFString = ""
public let kSecAttrAccessGroup: CFString = ""
public let kSecAttrAccessible: CFString = ""
public let kSecAttrAccessibleWhenUnlockedThisDeviceOnly: CFString = ""
public let kSecAttrAccount: CFString = ""
public let kSecAttrApplicationTag: CFString = ""
public let kSecAttrIsPermanent: CFString = ""
public let kSecAttrKeyClass: CFString = ""
public let kSecAttrKeyClassPrivate: CFString = ""
public let kSecAttrKeySizeInBits: CFString = ""
public let kSecAttrKeyType: CFString = ""
public let kSecAttrKeyTypeECSECPrimeRandom: CFString = ""
public let kSecAttrKeyTypeRSA: CFString = ""
public let kSecAttrLabel: CFString = ""
public let kSecAttrService: CFString = ""
public let kSecAttrTokenID: CFString = ""
public let kSecAttrTokenIDSecureEnclave: CFString = ""
public let kSecMatchLimit: CFString = ""
public let kSecMatchLimitAll: CFString = ""
public let kSecPrivateKeyAttrs: CFString = ""
public let kSecReturnAttributes: CFString = ""
public let kSecReturnData: CFString = ""
public let kSecReturnRef: CFString = ""
public let kSecValueData: CFString = ""
public let kSecValueRef: CFString = ""

public let errSecSuccess: OSStatus = 0
public let errSecDecode: OSStatus = -26275
public let errSecInteractionNotAllowed: OSStatus = -25308
public let errSecInternalError: OSStatus = -26276
public let errSecItemNotFound: OSStatus = -25300

public func SecAccessControlCreateWithFlags(
  _ allocator: CFAllocator?, _ protection: CFTypeRef, _ flags: SecAccessControlCreateFlags,
  _ error: inout Unmanaged<CFError>?
) -> SecAccessControl? { fatalError() }

public func SecCertificateCreateWithData(_ allocator: CFAllocator?, _ data: CFData)
  -> SecCertificate?
{ fatalError() }
public func SecCertificateCopyData(_ certificate: SecCertificate) -> CFData { fatalError() }
public func SecCopyErrorMessageString(
  _ status: OSStatus, _ reserved: UnsafeMutableRawPointer?
) -> CFString? { fatalError() }
public func SecItemAdd(_ attributes: CFDictionary, _ result: Never?) -> OSStatus { fatalError() }
public func SecItemAdd(
  _ attributes: CFDictionary, _ result: inout CFTypeRef?
) -> OSStatus { fatalError() }
public func SecItemCopyMatching(
  _ query: CFDictionary, _ result: inout CFTypeRef?
) -> OSStatus { fatalError() }
public func SecItemDelete(_ query: CFDictionary) -> OSStatus { fatalError() }

public func SecKeyCreateRandomKey(
  _ parameters: CFDictionary, _ error: inout Unmanaged<CFError>?
) -> SecKey? { fatalError() }
public func SecKeyCopyPublicKey(_ key: SecKey) -> SecKey? { fatalError() }
public func SecKeyCopyAttributes(_ key: SecKey) -> CFDictionary? { fatalError() }
public func SecKeyCopyExternalRepresentation(
  _ key: SecKey, _ error: inout Unmanaged<CFError>?
) -> CFData? { fatalError() }
public func SecKeyCreateSignature(
  _ key: SecKey, _ algorithm: SecKeyAlgorithm, _ dataToSign: CFData,
  _ error: inout Unmanaged<CFError>?
) -> CFData? { fatalError() }

public func SecTrustSetAnchorCertificates(
  _ trust: SecTrust, _ anchorCertificates: CFArray?
) -> OSStatus { fatalError() }
public func SecTrustSetAnchorCertificatesOnly(
  _ trust: SecTrust, _ anchorCertificatesOnly: Bool
) -> OSStatus { fatalError() }
public func SecTrustEvaluateWithError(
  _ trust: SecTrust, _ error: UnsafeMutablePointer<CFError?>?
) -> Bool { fatalError() }
public func SecTrustCopyCertificateChain(_ trust: SecTrust) -> CFArray? { fatalError() }
