/// Bounds of the protocol, version 1.
public enum Limits {
  public static let version: Int64 = 1
  public static let deepLinkPrefix = "attestlab-probe://v1"
  public static let deepLinkBytes = 2048
  public static let requestBytes = 262_144
  /// Objects and lists of a request's JSON within each other.
  public static let requestDepth = 16
  public static let answerBytes = 1_048_576
  public static let pageCharacters = 4096
  public static let rememberedIDs = 64
  public static let aliasCharacters = 64
  public static let challengeBytes = 128
  public static let nonceBytes = 32
  /// Half of what an answer can carry, since base64url makes a body grow.
  public static let bodyBytes = 524_288
}

/// Accessibility identifiers of the probe's three elements.
public enum ElementID {
  public static let state = "attestlab.state"
  public static let page = "attestlab.page"
  public static let next = "attestlab.next"
}
