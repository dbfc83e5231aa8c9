import CryptoKit
import Foundation
import ProbeCore
import Security

/// Decides on one connection: chain and host name first, then pins, all before the first byte of
/// the request is written; and remembers how far the connection came.
final class ConnectionJudge: NSObject, URLSessionTaskDelegate, @unchecked Sendable {
  private let anchors: [SecCertificate]
  private let pins: Pins?
  private let credential: URLCredential?
  private let lock = NSLock()
  private var hasPinFailed = false
  private var metrics: URLSessionTaskTransactionMetrics?

  init(anchors: [[UInt8]], pins: Pins?, credential: URLCredential?) {
    self.anchors = anchors.compactMap { SecCertificateCreateWithData(nil, Data($0) as CFData) }
    self.pins = pins
    self.credential = credential
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge
  ) async -> (URLSession.AuthChallengeDisposition, URLCredential?) {
    switch challenge.protectionSpace.authenticationMethod {
    case NSURLAuthenticationMethodServerTrust:
      guard let trust = challenge.protectionSpace.serverTrust, isTrusted(trust) else {
        return (.cancelAuthenticationChallenge, nil)
      }
      return (.useCredential, URLCredential(trust: trust))
    case NSURLAuthenticationMethodClientCertificate:
      return (.useCredential, credential)
    default:
      return (.performDefaultHandling, nil)
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest
  ) async -> URLRequest? { nil }

  func urlSession(
    _ session: URLSession, task: URLSessionTask,
    didFinishCollecting metrics: URLSessionTaskMetrics
  ) {
    lock.withLock { self.metrics = metrics.transactionMetrics.last }
  }

  /// How far a failed request came.
  func phase(of error: NSError) -> SendPhase {
    let (hasPinFailed, metrics) = lock.withLock { (self.hasPinFailed, self.metrics) }
    if hasPinFailed { return .pin }
    if let metrics {
      if metrics.requestStartDate != nil { return .application }
      if metrics.secureConnectionStartDate != nil { return .handshake }
      if metrics.connectStartDate != nil { return .connect }
    }
    switch URLError.Code(rawValue: error.code) {
    case .cannotFindHost, .dnsLookupFailed: return .resolve
    case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
      .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
      .clientCertificateRequired, .cancelled:
      return .handshake
    default: return .connect
    }
  }

  private func isTrusted(_ trust: SecTrust) -> Bool {
    // The trust comes with the policy for the host's name; only the anchors are changed.
    guard SecTrustSetAnchorCertificates(trust, anchors as CFArray) == errSecSuccess,
      SecTrustSetAnchorCertificatesOnly(trust, true) == errSecSuccess,
      SecTrustEvaluateWithError(trust, nil)
    else { return false }
    guard let pins else { return true }
    let chain = SecTrustCopyCertificateChain(trust) as? [SecCertificate] ?? []
    let isPinned = pins.match(
      chain: chain.map { [UInt8](SecCertificateCopyData($0) as Data) },
      sha256: { Array(SHA256.hash(data: $0)) })
    if !isPinned { lock.withLock { hasPinFailed = true } }
    return isPinned
  }
}
