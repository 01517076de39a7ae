import Testing

extension Trait where Self == TimeLimitTrait {
  /// An end for a test that hangs. Far longer than any test takes, because all of them run at once,
  /// perhaps under a sanitizer on a busy machine.
  static var hangGuard: Self { .timeLimit(.minutes(5)) }
}
