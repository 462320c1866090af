const TEST =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|specs?|testing|testdata|e2e|cypress)\/|[._-](?:test|spec|stories|bench)\.[^/]*$|_test\.(?:go|py|rb|c|cc|cpp|dart)$|(?:^|\/)(?:test_[^/]*|conftest)\.py$|(?:Tests?|Spec|IT)\.(?:java|kt|cs|php|scala|groovy|swift)$|_spec\.rb$/;

/** Whether a path is that of a test, by the customs of its language: tests are not what tests cover. */
export function isTestFile(path: string): boolean {
  return TEST.test(path);
}

/** The same of an absolute path, of which only the end is the repository's: `/home/test/…` says nothing. */
export function isTestName(path: string): boolean {
  return isTestFile(path.split(/[\\/]/).slice(-2).join('/'));
}
