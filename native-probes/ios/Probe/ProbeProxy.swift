import Foundation

/// A proxy inside the probe: the host names it when it starts the app, and no setting of the phone
/// is touched, so that none is left behind when something crashes.
struct ProbeProxy: Equatable {
  static let variable = "ATTESTLAB_PROXY"

  let host: String
  let port: Int

  /// `host:port`; nil for anything else.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65535).contains(port), colon > text.startIndex
    else { return nil }
    host = String(text[..<colon])
    self.port = port
  }

  /// The proxy that this process was started with; only a debugger or Appium can name one.
  static func fromEnvironment() -> ProbeProxy? {
    ProcessInfo.processInfo.environment[variable].flatMap(ProbeProxy.init)
  }

  /// As URLSession wants it. The names of the HTTPS keys have no constants on iOS.
  var dictionary: [AnyHashable: Any] {
    [
      kCFNetworkProxiesHTTPEnable: true,
      kCFNetworkProxiesHTTPProxy: host,
      kCFNetworkProxiesHTTPPort: port,
      "HTTPSEnable": true,
      "HTTPSProxy": host,
      "HTTPSPort": port,
    ]
  }
}
