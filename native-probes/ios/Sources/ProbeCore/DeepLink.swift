import Foundation

/// What a deep link says: the request itself, or where to fetch it.
public enum DeepLink: Equatable, Sendable {
  case inline(json: String)
  case fetch(url: String, id: String)

  /// Reads a link; nil where it is none of this protocol.
  public init?(_ link: String) {
    let inlinePrefix = Limits.deepLinkPrefix + "?r="
    let urlPrefix = Limits.deepLinkPrefix + "?u="
    guard link.utf8.count <= Limits.deepLinkBytes else { return nil }
    if link.hasPrefix(inlinePrefix) {
      guard let bytes = Base64URL.decode(String(link.dropFirst(inlinePrefix.count))),
        !bytes.isEmpty, let json = String(validating: bytes)
      else { return nil }
      self = .inline(json: json)
    } else if link.hasPrefix(urlPrefix) {
      let parts = link.dropFirst(urlPrefix.count)
        .split(separator: "&", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[1].hasPrefix("i=") else { return nil }
      let id = String(parts[1].dropFirst(2))
      guard RequestID.isValid(id), !parts[0].contains("="),
        let url = String(parts[0]).removingPercentEncoding, DeepLink.isAllowed(url)
      else { return nil }
      self = .fetch(url: url, id: id)
    } else {
      return nil
    }
  }

  /// Any app can send a link, so nothing is fetched but what a host of this protocol offers: HTTPS,
  /// or plain HTTP to the phone's own loopback.
  static func isAllowed(_ text: String) -> Bool {
    guard let url = URLComponents(string: text), url.user == nil, url.password == nil,
      let host = url.host, !host.isEmpty
    else { return false }
    switch url.scheme?.lowercased() {
    case "https":
      return true
    case "http":
      return ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host.lowercased())
    default:
      return false
    }
  }
}

/// Ids of requests: 16 bytes.
enum RequestID {
  /// The id under which a request is answered that has none.
  static let none = Base64URL.encode([UInt8](repeating: 0, count: 16))

  // The shape alone: a host's spare bits are its own affair, as the schema has it.
  static func isValid(_ text: String) -> Bool {
    text.utf8.count == 22 && text.utf8.allSatisfy(Base64URL.isDigit)
  }
}

/// Secrets of owners: 32 bytes.
enum Secret {
  // As with ids, the shape alone.
  static func isValid(_ text: String) -> Bool {
    text.utf8.count == 43 && text.utf8.allSatisfy(Base64URL.isDigit)
  }
}

extension String {
  /// The text of UTF-8 bytes; nil where they are not.
  init?(validating bytes: [UInt8]) {
    self.init(bytes: bytes, encoding: .utf8)
  }
}
