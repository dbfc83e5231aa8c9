/// Pins of public keys: `sha256/` and base64 of SHA-256 of a SubjectPublicKeyInfo.
public struct Pins: Sendable {
  private let digests: Set<String>

  /// Nil where one of them is no pin, or there is none.
  public init?(_ texts: [String]) {
    guard !texts.isEmpty, texts.allSatisfy(Pins.isPin) else { return nil }
    digests = Set(texts)
  }

  /// Whether one certificate of a chain that the platform has verified has a pinned key.
  ///
  /// A plain method on purpose: it is what instrumentation puts itself in place of.
  public func match(chain: [[UInt8]], sha256: SHA256Function) -> Bool {
    chain.contains { certificate in
      guard let spki = SubjectPublicKeyInfo.of(certificate: certificate) else { return false }
      return digests.contains(Pins.text(of: spki, sha256: sha256))
    }
  }

  /// The pin of a key.
  public static func text(of spki: [UInt8], sha256: SHA256Function) -> String {
    let digits = Base64URL.encode(sha256(spki)).map { character -> Character in
      switch character {
      case "-": return "+"
      case "_": return "/"
      default: return character
      }
    }
    return "sha256/" + String(digits) + "="
  }

  private static func isPin(_ text: String) -> Bool {
    let prefix = "sha256/"
    guard text.hasPrefix(prefix), text.hasSuffix("="), text.utf8.count == prefix.count + 44 else {
      return false
    }
    let urlDigits = text.dropFirst(prefix.count).dropLast()
      .map { character -> Character in
        character == "+" ? "-" : character == "/" ? "_" : character
      }
    return !text.dropFirst(prefix.count).contains("-") && !text.contains("_")
      && Base64URL.decode(String(urlDigits))?.count == 32
  }
}
