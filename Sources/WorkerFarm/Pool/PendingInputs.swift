/// Inputs that have no outcome yet, so that an outcome can bring its input back.
@usableFromInline
struct PendingInputs<J: Job> {
  /// Ordered: inputs as they were handed over, many at a time, from the first without an outcome on.
  /// Taking one out costs next to nothing; a group goes when its last one is taken.
  @usableFromInline struct Group {
    @usableFromInline var first: Int
    @usableFromInline var inputs: [J]

    @inlinable
    init(first: Int, inputs: [J]) {
      self.first = first
      self.inputs = inputs
    }
  }

  @usableFromInline let isOrdered: Bool
  @usableFromInline var groups: [Group] = []
  /// Groups that are used up and not removed yet.
  @usableFromInline var usedGroups = 0
  /// Ordered: the next to be taken.
  @usableFromInline var firstIndex = 0
  @usableFromInline var nextIndex = 0
  @usableFromInline var byIndex: [Int: J] = [:]
  /// Unordered: what is left in the end, highest index first.
  private var abandoned: [Int] = []

  init(isOrdered: Bool) { self.isOrdered = isOrdered }

  var count: Int { isOrdered ? nextIndex - firstIndex : byIndex.count }

  @inlinable
  mutating func append(_ inputs: [J]) {
    guard !inputs.isEmpty else { return }
    if isOrdered {
      groups.append(Group(first: nextIndex, inputs: inputs))
    } else {
      for (offset, input) in inputs.enumerated() { byIndex[nextIndex + offset] = input }
    }
    nextIndex += inputs.count
  }

  /// - Precondition: the input is here; in an ordered call it's the first.
  @inlinable
  mutating func remove(_ index: Int) -> J {
    if isOrdered {
      precondition(index == firstIndex && usedGroups < groups.count, "an outcome out of turn")
      let input = groups[usedGroups].inputs[index - groups[usedGroups].first]
      firstIndex += 1
      if firstIndex - groups[usedGroups].first == groups[usedGroups].inputs.count { dropGroup() }
      return input
    }
    guard let input = byIndex.removeValue(forKey: index) else {
      preconditionFailure("an outcome belongs to no input")
    }
    return input
  }

  @usableFromInline
  mutating func dropGroup() {
    groups[usedGroups].inputs = []
    usedGroups += 1
    // When half of them are used, what is moved is less than what was used.
    if usedGroups > groups.count / 2 {
      groups.removeFirst(usedGroups)
      usedGroups = 0
    }
  }

  /// The lowest index without an outcome. Asked only when the engine gives no more outcomes.
  @usableFromInline
  mutating func firstAbandoned() -> Int? {
    if isOrdered { return firstIndex < nextIndex ? firstIndex : nil }
    if abandoned.isEmpty { abandoned = byIndex.keys.sorted(by: >) }
    return abandoned.popLast()
  }
}
