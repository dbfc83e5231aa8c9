import CryptoKit
import Foundation
import ProbeCore
import Security

/// Sends each request by a URLSession of its own, so that no connection is ever used twice.
struct SessionSender: RequestSender {
  let keys: KeychainKeyStore

  func send(_ request: OutgoingRequest) async -> SendOutcome {
    guard let url = URL(string: request.url) else {
      return .failed(phase: .resolve, error: "the URL is none that iOS takes")
    }
    let credential: URLCredential?
    do {
      credential = try request.clientAlias.flatMap { try keys.identity(alias: $0) }
    } catch {
      return .failed(phase: .handshake, error: "the client's identity: \(error)")
    }
    var outgoing = URLRequest(url: url, timeoutInterval: 30)
    outgoing.httpMethod = request.method
    outgoing.httpBody = request.body.isEmpty ? nil : Data(request.body)
    // URLSession unpacks what it asked for packed; the protocol wants bodies as they came.
    outgoing.setValue("identity", forHTTPHeaderField: "accept-encoding")
    for (name, value) in request.headers { outgoing.addValue(value, forHTTPHeaderField: name) }
    let judge = ConnectionJudge(
      anchors: request.anchors, pins: request.pins, credential: credential)
    return await run(outgoing, judge)
  }

  func fetch(_ url: String, limit: Int) async -> [UInt8]? {
    guard let url = URL(string: url) else { return nil }
    let session = URLSession(
      configuration: .probe, delegate: RedirectRefusal(), delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    guard let (data, response) = try? await session.data(for: URLRequest(url: url)),
      (response as? HTTPURLResponse)?.statusCode == 200, data.count <= limit
    else { return nil }
    return [UInt8](data)
  }

  private func run(_ request: URLRequest, _ judge: ConnectionJudge) async -> SendOutcome {
    let session = URLSession(configuration: .probe, delegate: judge, delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    do {
      let (data, response) = try await session.data(for: request, delegate: judge)
      guard let answer = response as? HTTPURLResponse, data.count <= Limits.bodyBytes else {
        return .failed(phase: .application, error: "no answer of HTTP, or one that is too large")
      }
      let headers = answer.allHeaderFields.compactMap { name, value -> (String, String)? in
        guard let name = name as? String, let value = value as? String else { return nil }
        return (name.lowercased(), value)
      }
      return .answered(
        status: answer.statusCode, headers: headers.sorted { $0.0 < $1.0 }, body: [UInt8](data))
    } catch {
      let error = error as NSError
      return .failed(phase: judge.phase(of: error), error: "\(error.domain) \(error.code)")
    }
  }
}

extension URLSessionConfiguration {
  /// No cache, cookies or stored credentials; the proxy that the host started the probe with.
  static var probe: URLSessionConfiguration {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpShouldSetCookies = false
    configuration.httpCookieAcceptPolicy = .never
    configuration.urlCredentialStorage = nil
    configuration.urlCache = nil
    configuration.connectionProxyDictionary = ProbeProxy.fromEnvironment()?.dictionary
    return configuration
  }
}

/// Follows no redirect.
private final class RedirectRefusal: NSObject, URLSessionTaskDelegate {
  func urlSession(
    _ session: URLSession, task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest
  ) async -> URLRequest? { nil }
}
