import Thumbnails
import WorkerFarm

/// What became of a picture, whichever way it was done.
struct PictureOutcome {
  /// The picture's place in the run, from 0.
  let index: Int
  let source: BytePath
  /// What was to be done; nil for a directory that couldn't be read.
  private let job: ThumbnailJob?
  private(set) var result: Result<ThumbnailJob.Result, JobFailure>
  let runTime: Duration
  let attempts: Int

  init(_ outcome: Outcome<ScannedPicture>) {
    index = outcome.index
    source = outcome.input.source
    if case .picture(let job) = outcome.input { self.job = job } else { job = nil }
    result = outcome.result
    runTime = outcome.runTime
    attempts = outcome.attempts
  }

  /// Writes the thumbnails, which the worker couldn't.
  init(finishing outcome: Outcome<IsolatedPicture>) {
    index = outcome.index
    source = outcome.input.source
    job = outcome.input.job?.job
    runTime = outcome.runTime
    attempts = outcome.attempts
    if let finished = outcome.input.job?.finish(outcome.result) {
      result = .success(finished)
    } else if case .failure(let failure) = outcome.result {
      result = .failure(failure)
    } else {
      preconditionFailure("a result that is none of a job that was sent")
    }
  }

  /// Lets the quarantine learn from it, and say why a picture was refused.
  func noted(by quarantine: PictureQuarantine) -> PictureOutcome {
    guard let job else { return self }
    quarantine.note(job, result, attempts: attempts)
    guard case .success(.quarantined(let digest)) = result else { return self }
    var outcome = self
    outcome.result = .failure(.quarantined(quarantine.reason(against: digest)))
    return outcome
  }
}
