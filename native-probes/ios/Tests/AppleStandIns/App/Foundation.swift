@_exported import Foundation
@_exported import FoundationNetworking
import Security

// What Foundation has on Apple's platforms and not here, as far as the app names it.

let NSOSStatusErrorDomain = ""
let NSURLAuthenticationMethodServerTrust = ""
let NSURLAuthenticationMethodClientCertificate = ""
var kCFNetworkProxiesHTTPEnable: CFString { fatalError() }
var kCFNetworkProxiesHTTPProxy: CFString { fatalError() }
var kCFNetworkProxiesHTTPPort: CFString { fatalError() }

extension URLProtectionSpace {
  var serverTrust: SecTrust? { fatalError() }
}

extension URLCredential {
  convenience init(trust: SecTrust) { fatalError() }
  convenience init(
    identity: SecIdentity, certificates: [Any]?, persistence: URLCredential.Persistence
  ) { fatalError() }
}

// The compiler passes no pointer while it takes Objective-C's side.
@discardableResult
func uname(_ names: inout utsname) -> Int32 { fatalError() }
