/** JUnit text of a suite, written by hand on purpose: what a runner could write. */
export function junit(...cases: readonly string[]): string {
  return `<?xml version="1.0"?>\n<testsuites><testsuite name="s">${cases.join('')}</testsuite></testsuites>\n`;
}

export const PASSED = '<testcase classname="c" name="works" time="0.01"/>';
export const FAILED =
  '<testcase classname="c" name="breaks" time="0.02" file="src/a.ts" line="7"><failure message="expected 1 to be 2">at src/a.ts:7</failure></testcase>';

/** A configuration with one unit command that writes `report` and ends with `exitCode`. */
export function unitProject(
  report: string,
  { exitCode = 0, more = '' }: { exitCode?: number; more?: string } = {},
): Record<string, string> {
  return {
    'gauntlet.yml': `version: 1\nstages:\n  - unit:\n      run: sh unit.sh\n      results: reports/*.xml\n${more}`,
    'unit.sh': `mkdir -p reports\ncp report.xml reports/junit.xml\nexit ${exitCode}\n`,
    'report.xml': report,
  };
}
