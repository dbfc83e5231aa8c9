/// The arguments of a command, read strictly: of the right type, of the right form, and no other.
struct Arguments {
  private var left: [String: JSONValue]
  private let command: String

  init(_ args: [String: JSONValue], of command: String) {
    left = args
    self.command = command
  }

  /// Refuses arguments that nobody has read.
  func finish() throws {
    if let name = left.keys.sorted().first { throw invalid(name, "is not known") }
  }

  mutating func text(_ name: String, _ isValid: (String) -> Bool = { _ in true }) throws -> String {
    guard case .text(let text)? = left.removeValue(forKey: name), isValid(text) else {
      throw invalid(name, "is missing or has another form")
    }
    return text
  }

  mutating func optionalText(
    _ name: String, _ isValid: (String) -> Bool = { _ in true }
  ) throws -> String? {
    left[name] == nil ? nil : try text(name, isValid)
  }

  mutating func bytes(_ name: String, count: ClosedRange<Int> = 0...Int.max) throws -> [UInt8] {
    guard let bytes = Base64URL.decode(try text(name)), count.contains(bytes.count) else {
      throw invalid(name, "is no base64url of that length")
    }
    return bytes
  }

  mutating func optionalBytes(_ name: String, count: ClosedRange<Int>) throws -> [UInt8]? {
    left[name] == nil ? nil : try bytes(name, count: count)
  }

  mutating func whole(_ name: String, in range: ClosedRange<Int64>) throws -> Int64 {
    guard let number = left.removeValue(forKey: name)?.whole, range.contains(number) else {
      throw invalid(name, "is no whole number in range")
    }
    return number
  }

  mutating func optionalWhole(_ name: String, in range: ClosedRange<Int64>) throws -> Int64? {
    left[name] == nil ? nil : try whole(name, in: range)
  }

  /// An unsigned 64-bit number in decimal, of which each has one text.
  mutating func u64(_ name: String) throws -> UInt64 {
    let text = try self.text(name)
    guard let number = UInt64(text), String(number) == text else {
      throw invalid(name, "is no unsigned 64-bit number")
    }
    return number
  }

  mutating func choice<Choice: RawRepresentable<String>>(
    _ name: String, _: Choice.Type
  ) throws -> Choice {
    guard let choice = Choice(rawValue: try text(name)) else {
      throw invalid(name, "is none of the words for it")
    }
    return choice
  }

  mutating func optionalChoice<Choice: RawRepresentable<String>>(
    _ name: String, _ choices: Choice.Type
  ) throws -> Choice? {
    left[name] == nil ? nil : try choice(name, choices)
  }

  mutating func list(_ name: String, count: ClosedRange<Int>) throws -> [JSONValue] {
    guard case .list(let list)? = left.removeValue(forKey: name), count.contains(list.count) else {
      throw invalid(name, "is no list of that length")
    }
    return list
  }

  mutating func texts(_ name: String, count: ClosedRange<Int>) throws -> [String] {
    try list(name, count: count).map { value in
      guard case .text(let text) = value else { throw invalid(name, "holds more than texts") }
      return text
    }
  }

  mutating func optionalTexts(_ name: String, count: ClosedRange<Int>) throws -> [String]? {
    left[name] == nil ? nil : try texts(name, count: count)
  }

  mutating func bytesList(_ name: String, count: ClosedRange<Int>) throws -> [[UInt8]] {
    try texts(name, count: count).map { text in
      guard let bytes = Base64URL.decode(text), !bytes.isEmpty else {
        throw invalid(name, "holds something that is no base64url")
      }
      return bytes
    }
  }

  mutating func choices<Choice: RawRepresentable<String>>(
    _ name: String, count: ClosedRange<Int>, _: Choice.Type
  ) throws -> [Choice] {
    try texts(name, count: count).map { text in
      guard let choice = Choice(rawValue: text) else {
        throw invalid(name, "holds a word that is none of those for it")
      }
      return choice
    }
  }

  mutating func headers(_ name: String) throws -> [(name: String, value: String)] {
    try list(name, count: 0...Int.max).map { pair in
      guard case .list(let parts) = pair, parts.count == 2, case .text(let header) = parts[0],
        case .text(let value) = parts[1], !header.isEmpty
      else { throw invalid(name, "holds something that is no pair of texts") }
      return (header, value)
    }
  }

  func invalid(_ name: String, _ why: String) -> ProbeFailure {
    ProbeFailure(.invalidArgs, "\(command) \(name): \(why)")
  }

  /// Whether a text is the name of a key.
  static func isAlias(_ text: String) -> Bool {
    (1...Limits.aliasCharacters).contains(text.utf8.count)
      && text.utf8.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
  }

  /// Whether a text is a token of HTTP (RFC 9110, 5.6.2).
  static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+.^_`|~-".utf8.contains($0) }
  }

  /// Whether a text holds no line feed. By bytes: to Swift, CR LF is one character that is not LF.
  static func isLine(_ text: String) -> Bool { !text.utf8.contains(0x0a) }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      return true
    default:
      return false
    }
  }
}
