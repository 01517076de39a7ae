import Thumbnails
import WorkerFarm

/// What became of a picture, whichever way it was done.
struct PictureOutcome {
  let source: BytePath
  let result: Result<ThumbnailJob.Result, JobFailure>
  let runTime: Duration
  let attempts: Int

  init(_ outcome: Outcome<ScannedPicture>) {
    source = outcome.input.source
    result = outcome.result
    runTime = outcome.runTime
    attempts = outcome.attempts
  }

  /// Writes the thumbnails, which the worker couldn't.
  init(finishing outcome: Outcome<IsolatedPicture>) {
    source = outcome.input.source
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
}
