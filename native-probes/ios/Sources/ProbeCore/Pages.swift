/// An answer as the probe shows it: what the state says, and the pages.
public struct Pages: Equatable, Sendable {
  public let state: String
  public let pages: [String]

  /// Cuts an answer's JSON into pages. Each names its number, their count and the request, so that
  /// a page read too early is noticed.
  public init(id: String, answer: [UInt8], sha256: SHA256Function) {
    let text = Array(Base64URL.encode(answer).utf8)
    let count = (text.count + Limits.pageCharacters - 1) / Limits.pageCharacters
    pages = (0..<count).map { index in
      let start = index * Limits.pageCharacters
      let chunk = text[start..<min(start + Limits.pageCharacters, text.count)]
      return "\(index + 1)/\(count) \(id) \(String(decoding: chunk, as: UTF8.self))"
    }
    // Written by hand: the order of the keys is that of the vectors.
    state =
      "{\"v\":1,\"state\":\"done\",\"id\":\"\(id)\",\"pages\":\(count),"
      + "\"bytes\":\(answer.count),\"sha256\":\"\(Hex.encode(sha256(answer)))\"}"
  }
}

/// What the three elements show, all at once.
public struct Screen: Equatable, Sendable {
  public let state: String
  public let pages: [String]
  public private(set) var pageIndex = 0

  /// The text of the page element.
  public var page: String { pages.isEmpty ? "" : pages[pageIndex] }

  /// Before any request.
  public static let idle = Screen(state: "{\"v\":1,\"state\":\"idle\"}", pages: [])

  static func busy(id: String) -> Screen {
    Screen(state: "{\"v\":1,\"state\":\"busy\",\"id\":\"\(id)\"}", pages: [])
  }

  init(state: String, pages: [String]) {
    self.state = state
    self.pages = pages
  }

  /// Turns to the next page, and stays on the last.
  mutating func turn() {
    pageIndex = min(pageIndex + 1, max(pages.count - 1, 0))
  }
}
