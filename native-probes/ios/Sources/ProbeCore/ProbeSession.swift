/// Where the digest of the owner's secret is kept; it stays when keys are reset.
public protocol OwnerStore: Sendable {
  /// Nil where nobody owns the probe yet.
  func ownerDigest() throws -> [UInt8]?
  func setOwnerDigest(_ digest: [UInt8]) throws
}

/// The protocol's own side: links in, a screen out, one command at a time, one owner.
public actor ProbeSession {
  private let commands: Commands
  private let owner: any OwnerStore
  private let onScreen: @Sendable (Screen) -> Void
  private var seen: [String] = []
  private var isBusy = false
  /// Id of the request that the screen belongs to; the newest, whatever runs.
  private var current = RequestID.none
  private var screen = Screen.idle

  public init(
    platform: Platform, owner: any OwnerStore, onScreen: @escaping @Sendable (Screen) -> Void
  ) {
    commands = Commands(platform: platform)
    self.owner = owner
    self.onScreen = onScreen
    onScreen(.idle)
  }

  /// A link was opened. One that is none of this protocol is ignored.
  public func open(link: String) async {
    switch DeepLink(link) {
    case nil:
      return
    case .inline(let json)?:
      await receive(json, linkID: nil)
    case .fetch(let url, let id)?:
      let fetched = await commands.platform.network.fetch(url, limit: Limits.requestBytes)
      if let json = fetched.flatMap(String.init(validating:)) {
        await receive(json, linkID: id)
      } else {
        refuse(id, ProbeFailure(.requestUnreachable, "the one-time URL could not be read"))
      }
    }
  }

  /// The next button was tapped.
  public func turnPage() {
    screen.turn()
    onScreen(screen)
  }

  private func receive(_ json: String, linkID: String?) async {
    let request: ProbeRequest
    do {
      request = try ProbeRequest(json: json)
      if let linkID, request.id != linkID {
        throw ProbeFailure(.malformedRequest, "the request is not the one that its link names")
      }
    } catch {
      refuse(linkID ?? RequestID.none, failure(of: error))
      return
    }
    guard !seen.contains(request.id) else { return }
    seen.append(request.id)
    if seen.count > Limits.rememberedIDs { seen.removeFirst() }
    do {
      try claim(request)
    } catch {
      refuse(request.id, failure(of: error))
      return
    }
    if isBusy {
      // The owner gave up on the running command: its answer must not replace this one later.
      show(request.id, .failure(ProbeFailure(.busy, "a command is running")), ms: 0)
    } else {
      await run(request)
    }
  }

  private func claim(_ request: ProbeRequest) throws {
    let digest = commands.platform.sha256(Array(request.secret.utf8))
    if let known = try owner.ownerDigest() {
      guard equalInConstantTime(known, digest) else {
        throw ProbeFailure(
          .secretMismatch, "the probe belongs to the holder of another secret")
      }
    } else if request.command == "hello" {
      try owner.setOwnerDigest(digest)
    } else {
      throw ProbeFailure(.secretMissing, "nobody owns the probe yet: say hello first")
    }
  }

  private func run(_ request: ProbeRequest) async {
    isBusy = true
    current = request.id
    turn(to: .busy(id: request.id))
    let began = commands.platform.nowMs()
    let result: Result<JSONValue, ProbeFailure>
    do {
      result = .success(try await commands.perform(request.command, request.args))
    } catch {
      result = .failure(failure(of: error))
    }
    isBusy = false
    if current == request.id {
      show(request.id, result, ms: commands.platform.nowMs() - began)
    }
  }

  // A stranger must not be able to wipe the owner's running command off the screen.
  private func refuse(_ id: String, _ failure: ProbeFailure) {
    if !isBusy { show(id, .failure(failure), ms: 0) }
  }

  private func show(_ id: String, _ result: Result<JSONValue, ProbeFailure>, ms: Double) {
    current = id
    let tooLarge = ProbeFailure(.answerTooLarge, "the result is too large")
    let bytes = encode(id, result, ms: ms).flatMap { $0.count <= Limits.answerBytes ? $0 : nil }
    guard let bytes = bytes ?? encode(id, .failure(tooLarge), ms: ms) else { return }
    let answer = Pages(id: id, answer: bytes, sha256: commands.platform.sha256)
    turn(to: Screen(state: answer.state, pages: answer.pages))
  }

  private func encode(
    _ id: String, _ result: Result<JSONValue, ProbeFailure>, ms: Double
  ) -> [UInt8]? {
    var answer: [String: JSONValue] = [
      "v": .number(Double(Limits.version)), "id": .text(id), "ms": .number(max(ms, 0)),
    ]
    switch result {
    case .success(let value):
      answer["ok"] = true
      answer["result"] = value
    case .failure(let failure):
      answer["ok"] = false
      answer["error"] = failure.json
    }
    return try? JSONValue.object(answer).encoded()
  }

  private func failure(of error: any Error) -> ProbeFailure {
    error as? ProbeFailure ?? ProbeFailure(.internal, String(describing: error))
  }

  private func turn(to screen: Screen) {
    self.screen = screen
    onScreen(screen)
  }
}
