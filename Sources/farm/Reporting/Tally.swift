/// What became of the pictures so far.
struct Tally: Sendable {
  var made = 0
  var upToDate = 0
  /// A dry run: would be made.
  var due = 0
  var failed = 0
  /// Not tried: they killed their workers in an earlier run.
  var quarantined = 0
  /// Taken in and not done because the run was ended.
  var cancelled = 0
  /// Of those made: from a preview inside the picture's file.
  var fromPreviews = 0
  /// Of those made: with oddities that the decoder saw.
  var withWarnings = 0
  /// Whether the oddities may have cost pixels, so that a person wants to know.
  var isLenient = false
  /// Files that are no pictures, and links.
  var skipped = Scanner.Skipped()

  /// Nothing is to be made, only to be looked at.
  var isDryRun = false

  /// Pictures that were seen to.
  var looked: Int { made + upToDate + due + failed + quarantined }

  /// Pictures without a thumbnail that should have one.
  var notDone: Int { failed + quarantined }

  /// The last line of a run: `30 done, 2 failed, 5 skipped (4 up to date, 1 other file)`.
  var summary: String {
    var details: [String] = []
    if fromPreviews > 0 { details.append("\(fromPreviews) from previews") }
    if isLenient && withWarnings > 0 { details.append("\(withWarnings) with warnings") }
    let done = "\(made) done" + (details.isEmpty ? "" : " (\(details.joined(separator: ", ")))")
    var parts = [isDryRun ? "\(due) to do" : done, "\(failed) failed"]
    var reasons: [String] = []
    if upToDate > 0 { reasons.append("\(upToDate) up to date") }
    if quarantined > 0 { reasons.append("\(quarantined) quarantined") }
    if skipped.otherFiles > 0 { reasons.append(plural(skipped.otherFiles, "other file")) }
    if skipped.links > 0 { reasons.append(plural(skipped.links, "link")) }
    let count = upToDate + quarantined + skipped.total
    parts.append(
      "\(count) skipped" + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: ", ")))"))
    if cancelled > 0 { parts.append("\(cancelled) not begun or not finished") }
    return parts.joined(separator: ", ")
  }

  private func plural(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
